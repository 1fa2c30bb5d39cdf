//! Asks pkg-config where the library is; PKG_CONFIG_PATH names the folder of powersensors.pc if that is no usual one.
use std::process::Command;

fn main() {
    let said = Command::new("pkg-config").args(["--libs", "powersensors"]).output().expect("pkg-config starts");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    for word in String::from_utf8_lossy(&said.stdout).split_whitespace() {
        if let Some(folder) = word.strip_prefix("-L") {
            println!("cargo:rustc-link-search=native={folder}");
        } else if let Some(library) = word.strip_prefix("-l") {
            println!("cargo:rustc-link-lib=dylib={library}");
        }
    }
    println!("cargo:rerun-if-env-changed=PKG_CONFIG_PATH");
}
