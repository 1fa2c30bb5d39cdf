//! The part of powersensors.h that a measurement needs.

use std::ffi::{c_char, c_double, c_void, CStr};
use std::mem::ManuallyDrop;
use std::ptr::{null, null_mut};

const OK: i32 = 0;

#[repr(C)]
struct Error {
    size: u32,
    code: i32,
    error_number: i32,
    reserved: i32,
    subject: [c_char; 256],
    text: [c_char; 1024],
    remedy: [c_char; 1024],
}

#[repr(C)]
struct Host {
    size: u32,
    status: i32,
    scope: *const c_char,
    provenance: *const c_char,
    sensor: *const c_char,
    is_headline: i32,
    error_number: i32,
    energy: c_double,
    energy_low: c_double,
    energy_high: c_double,
    power: c_double,
    power_low: c_double,
    power_high: c_double,
}

extern "C" {
    fn powersensors_name(code: i32) -> *const c_char;
    fn powersensors_open(options: *const c_void, sampler: *mut *mut c_void, error: *mut Error) -> i32;
    fn powersensors_close(sampler: *mut c_void);
    fn powersensors_measure_begin(sampler: *mut c_void, measurement: *mut *mut c_void) -> i32;
    fn powersensors_measure_end(measurement: *mut c_void, snapshot: *mut *mut c_void) -> i32;
    fn powersensors_read_host(snapshot: *const c_void, index: usize, host: *mut Host) -> i32;
    fn powersensors_release(snapshot: *mut c_void);
}

/// A C string of the library as one of our own.
fn text(pointer: *const c_char) -> String {
    // The library's strings are null or end with a zero byte, and live until their snapshot is released.
    if pointer.is_null() { String::new() } else { unsafe { CStr::from_ptr(pointer) }.to_string_lossy().into_owned() }
}

fn check(code: i32) -> Result<(), String> {
    if code == OK { Ok(()) } else { Err(text(unsafe { powersensors_name(code) })) }
}

/// A figure of the host. What is not known is None, and the status says why.
pub struct Figure {
    pub scope: String,
    pub provenance: String,
    pub status: String,
    pub energy: Option<f64>,
    pub energy_low: Option<f64>,
    pub energy_high: Option<f64>,
    pub power: Option<f64>,
}

/// This machine's sensors, for any number of threads.
pub struct Sampler(*mut c_void);

// The library says that any thread may call it.
unsafe impl Send for Sampler {}
unsafe impl Sync for Sampler {}

impl Sampler {
    pub fn open() -> Result<Self, String> {
        let mut error: Error = unsafe { std::mem::zeroed() };
        error.size = std::mem::size_of::<Error>() as u32;
        let mut sampler = null_mut();
        if unsafe { powersensors_open(null(), &mut sampler, &mut error) } == OK {
            return Ok(Sampler(sampler));
        }
        Err(format!("{} {}", text(error.text.as_ptr()), text(error.remedy.as_ptr())))
    }

    /// Does the work, and returns its result with a figure for each scope.
    pub fn measure<Output>(&self, work: impl FnOnce() -> Output) -> Result<(Output, Vec<Figure>), String> {
        let measurement = Measurement::begin(self)?;
        let output = work();
        Ok((output, measurement.end()?.figures()))
    }
}

impl Drop for Sampler {
    fn drop(&mut self) {
        unsafe { powersensors_close(self.0) }
    }
}

/// A measurement that has begun. Dropped before its end, as by a panic of the work, it is given up.
struct Measurement(*mut c_void);

impl Measurement {
    fn begin(sampler: &Sampler) -> Result<Self, String> {
        let mut measurement = null_mut();
        check(unsafe { powersensors_measure_begin(sampler.0, &mut measurement) })?;
        Ok(Measurement(measurement))
    }

    fn end(self) -> Result<Snapshot, String> {
        // It is gone afterwards, whatever is returned, so that it must not be dropped.
        let measurement = ManuallyDrop::new(self);
        let mut snapshot = null_mut();
        check(unsafe { powersensors_measure_end(measurement.0, &mut snapshot) })?;
        Ok(Snapshot(snapshot))
    }
}

impl Drop for Measurement {
    fn drop(&mut self) {
        unsafe { powersensors_measure_end(self.0, null_mut()) };
    }
}

/// The figures of the work.
struct Snapshot(*mut c_void);

impl Snapshot {
    fn figures(&self) -> Vec<Figure> {
        let mut figures = Vec::new();
        let mut host: Host = unsafe { std::mem::zeroed() };
        host.size = std::mem::size_of::<Host>() as u32;
        while unsafe { powersensors_read_host(self.0, figures.len(), &mut host) } == OK {
            let known = |number: f64| if number.is_nan() { None } else { Some(number) };
            figures.push(Figure {
                scope: text(host.scope),
                provenance: text(host.provenance),
                status: text(unsafe { powersensors_name(host.status) }),
                energy: known(host.energy),
                energy_low: known(host.energy_low),
                energy_high: known(host.energy_high),
                power: known(host.power),
            });
        }
        figures
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        unsafe { powersensors_release(self.0) }
    }
}
