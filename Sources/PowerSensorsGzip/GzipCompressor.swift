#if Exporters
import CPowerSensorsGzip

/// Compresses texts one after the other, as whole gzip files, with memory that is kept.
@safe package final class GzipCompressor {
    private let gzip: OpaquePointer

    /// A compressor; nil where there is no memory for it.
    package init?() {
        guard let gzip = unsafe cpowersensorsgzip_make() else { return nil }
        unsafe self.gzip = gzip
    }

    deinit { unsafe cpowersensorsgzip_free(gzip) }

    /// The bytes as a gzip file; nil where it cannot be made.
    package func compress(_ bytes: [UInt8]) -> [UInt8]? {
        let room = unsafe cpowersensorsgzip_bound(gzip, bytes.count)
        let compressed = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, count in
            count = unsafe bytes.withUnsafeBufferPointer { input in
                guard let input = input.baseAddress, let output = output.baseAddress else { return 0 }
                return unsafe cpowersensorsgzip_compress(gzip, input, bytes.count, output, room)
            }
        }
        return compressed.isEmpty ? nil : compressed
    }
}
#endif
