import PowerSensors
import PowerSensorsHTTP

// This machine's figures for Prometheus, at http://127.0.0.1:9840/metrics, until the program is ended.
try await PowerMonitor().servePrometheus()
