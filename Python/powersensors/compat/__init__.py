"""The simplest calls of other packages, on Power Sensors' figures. Each module says what differs."""
