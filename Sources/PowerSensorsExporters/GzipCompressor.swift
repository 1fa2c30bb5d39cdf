#if Exporters
import CPowerSensorsGzip

/// Compresses byte arrays into whole gzip files, one after another, with the same buffers.
@safe package final class GzipCompressor {
    private let gzip: OpaquePointer

    /// Makes a compressor; nil if memory runs out.
    package init?() {
        guard let gzip = unsafe cpowersensorsgzip_make() else { return nil }
        unsafe self.gzip = gzip
    }

    deinit { unsafe cpowersensorsgzip_free(gzip) }

    /// The bytes as a gzip file; nil if it cannot be made.
    package func compress(_ bytes: [UInt8]) -> [UInt8]? {
        let capacity = unsafe cpowersensorsgzip_bound(gzip, bytes.count)
        let compressed = unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            count = unsafe bytes.withUnsafeBufferPointer { input in
                guard let input = input.baseAddress, let output = output.baseAddress else { return 0 }
                return unsafe cpowersensorsgzip_compress(gzip, input, bytes.count, output, capacity)
            }
        }
        return compressed.isEmpty ? nil : compressed
    }
}
#endif
