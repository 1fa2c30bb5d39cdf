import PowerSensors
import Testing

struct ChannelHandleTests {
    private struct File: Hashable, Sendable {
        let path: String
    }

    @Test func `a handle returns its value only as its own type`() {
        let handle = ChannelHandle(File(path: "a"))
        #expect(handle.value(as: File.self) == File(path: "a"))
        #expect(handle.value(as: String.self) == nil)
    }

    @Test func `handles are equal if their values are`() {
        #expect(ChannelHandle(File(path: "a")) == ChannelHandle(File(path: "a")))
        #expect(ChannelHandle(File(path: "a")) != ChannelHandle(File(path: "b")))
        #expect(ChannelHandle("a") != ChannelHandle(File(path: "a")))
    }
}
