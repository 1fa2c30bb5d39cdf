// One line, `import PowerSensors`, brings all of the library that a program needs.
@_exported public import PowerSensorsAttribution
@_exported public import PowerSensorsCore
@_exported public import PowerSensorsEstimator
@_exported public import PowerSensorsGuestShare
@_exported public import PowerSensorsHwmon
@_exported public import PowerSensorsMachine
@_exported public import PowerSensorsPowerSupply
@_exported public import PowerSensorsRAPL
@_exported public import PowerSensorsResctrl
