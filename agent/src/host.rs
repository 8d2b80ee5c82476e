/// Name of this machine.
pub fn name() -> Option<String> {
    let mut name = [0u8; 256];
    // SAFETY: the buffer is valid for its length, one byte of which stays zero.
    let result = unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len() - 1) };
    let length = name.iter().position(|byte| *byte == 0)?;
    let name = std::str::from_utf8(&name[..length]).ok()?;
    (result == 0 && !name.is_empty()).then(|| name.to_owned())
}
