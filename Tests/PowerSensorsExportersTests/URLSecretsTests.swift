import PowerSensorsExporters
import Testing

struct URLSecretsTests {
    @Test(arguments: [
        ("http://u:p@host:3100/path", "http://…@host:3100/path"),
        ("--loki http://token@host: it answered 401", "--loki http://…@host: it answered 401"),
        ("http://host/push?token=abc&x=1: refused.", "http://host/push?…: refused."),
        ("use 'https://u:p@a/?q=1', or http://b?c", "use 'https://…@a/?…', or http://b?…"),
        ("http://u:p/w@host", "http://…@host"),
        ("http://u:p@q/w@host", "http://…@host"),
        ("http://ü:ß@host", "http://…@host"),
        ("http://u:p@host/?token=a@b: refused.", "http://…: refused."),
        ("http://…@host/?…", "http://…@host/?…"),
        // What has no secret stays as it is.
        ("http://host:9091/metrics/job@base64/YQ", "http://host:9091/metrics/job@base64/YQ"),
        ("http://[::1]:3100/a@b", "http://[::1]:3100/a@b"),
        ("http://host/?: what is missing?", "http://host/?: what is missing?"),
        ("root@host is no URL: 5@6", "root@host is no URL: 5@6"),
        ("", ""), ("://", "://"), ("://@", "://@"), ("a://?", "a://?"),
    ])
    func `the user, password and query of each URL in a text are hidden`(text: String, shown: String) {
        #expect(text.hidingURLSecrets() == shown)
    }

    @Test(arguments: [
        ("http://u:p w@host", "http://…@host"),
        ("http://u:p?w@host/a?b", "http://…"),
        ("http://host/push?token=a@b", "http://…"), ("http://host/#a@b", "http://…"), ("host:80/?token=a@b", "…"),
        ("http//u:p@host", "…@host"),
        ("u:p@host:80", "…@host:80"),
        ("--loki=http://u:p@host", "--loki=http://…@host"),
        ("http://host/?a b.", "http://host/?…"),
        ("host:80/?token=a", "host:80/?…"), ("host/push?token=a@b", "host/push?…"),
        ("/push?a#b", "/push?…"),
        ("what?", "what?"), ("a?b:c", "a?b:c"), ("host:80/?", "host:80/?"),
        ("root@host", "root@host"), ("2s", "2s"), ("/a:b/c", "/a:b/c"),
    ])
    func `of what a user typed, all that might be a password is hidden`(text: String, shown: String) {
        #expect(text.hidingURLSecrets(isTyped: true) == shown)
    }
}
