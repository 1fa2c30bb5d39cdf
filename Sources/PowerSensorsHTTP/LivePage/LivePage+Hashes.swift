// Scripts/page/hashes.py writes this file: make page
#if Exporters
extension LivePage {
    /// The hash of the page's script, for its Content-Security-Policy.
    static let scriptHash = "sha256-ZbymfXX6lNRC7d1QLZACI3MIiHkqzF7gfssAu2pJp8g="

    /// The hash of the page's style.
    static let styleHash = "sha256-1aLQKU1lBD5GS2phEukkY1wPvzPuaRLAyWgH+kiyklg="
}
#endif
