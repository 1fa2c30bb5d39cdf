import Glibc

/// Sleeps on the calling thread; not for the hot path.
package func pause(_ time: Duration) {
    // A signal may end the sleep early, which is harmless.
    usleep(UInt32(clamping: time.wholeNanoseconds / 1000))
}
