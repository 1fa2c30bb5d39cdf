// Scripts/page/hashes.py writes this file: make page
#if Exporters
extension LivePage {
    /// The hash of the page's script, for its Content-Security-Policy.
    static let scriptHash = "sha256-7nbP++6kSQ/lnOX4Ty5wCrHJ5QxqEH7itJ3Y//TmrU0="

    /// The hash of the page's style.
    static let styleHash = "sha256-rkz1tTkkSFye28HsazB9ox4zohAhH8IvhhARVCPm/8I="
}
#endif
