// Scripts/page/hashes.py writes this file: make page
#if Exporters
extension LivePage {
    /// The hash of the page's script, for its Content-Security-Policy.
    static let scriptHash = "sha256-f6fBSO9ccJpr9WwR7MYu8lnJjJs2p++UP+LN1b5KQTI="

    /// The hash of the page's style.
    static let styleHash = "sha256-rkz1tTkkSFye28HsazB9ox4zohAhH8IvhhARVCPm/8I="
}
#endif
