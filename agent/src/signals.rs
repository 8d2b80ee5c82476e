//! Signals, taken one after the other by one thread instead of interrupting any.

use std::io;
use std::mem::MaybeUninit;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

/// A signal that came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    pub signal: i32,
    /// Whether the kernel sent it to the whole foreground group (a key of the terminal), and not a process to this one.
    pub is_from_terminal: bool,
}

/// Signals that no thread is interrupted by.
pub struct Signals {
    set: libc::sigset_t,
    /// What was blocked before.
    inherited: libc::sigset_t,
}

impl Signals {
    /// Has to be called before any thread is started.
    pub fn block(signals: &[i32]) -> io::Result<Self> {
        let (mut set, mut inherited) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: `sigemptyset` initialises both sets, which the other calls then read or change; all pointers are to live
        // values.
        unsafe {
            libc::sigemptyset(set.as_mut_ptr());
            libc::sigemptyset(inherited.as_mut_ptr());
            for signal in signals {
                libc::sigaddset(set.as_mut_ptr(), *signal);
            }
            match libc::pthread_sigmask(libc::SIG_BLOCK, set.as_ptr(), inherited.as_mut_ptr()) {
                0 => Ok(Self { set: set.assume_init(), inherited: inherited.assume_init() }),
                error => Err(io::Error::from_raw_os_error(error)),
            }
        }
    }

    /// Lets a program have the signals that are blocked here.
    pub fn pass_to(&self, command: &mut Command) {
        let inherited = self.inherited;
        let unblock = move || {
            // SAFETY: the set is initialised, and the pointer to it live.
            match unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &inherited, std::ptr::null_mut()) } {
                0 => Ok(()),
                error => Err(io::Error::from_raw_os_error(error)),
            }
        };
        // SAFETY: the function does nothing but a system call, which is allowed between `fork` and `exec`.
        unsafe { command.pre_exec(unblock) };
    }

    /// Waits for the next.
    #[cfg(target_os = "linux")]
    pub fn next(&self) -> io::Result<Arrived> {
        loop {
            let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
            // SAFETY: both pointers are to live values; zeros are a valid `siginfo_t`.
            let (signal, info) =
                unsafe { (libc::sigwaitinfo(&self.set, info.as_mut_ptr()), info.assume_init()) };
            if signal >= 0 {
                return Ok(Arrived { signal, is_from_terminal: info.si_code == libc::SI_KERNEL });
            }
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }

    /// Waits for the next. Who sent it is not known here.
    #[cfg(not(target_os = "linux"))]
    pub fn next(&self) -> io::Result<Arrived> {
        let mut signal = 0;
        // SAFETY: both pointers are to live values.
        let result = unsafe { libc::sigwait(&self.set, &mut signal) };
        if result == 0 {
            Ok(Arrived { signal, is_from_terminal: false })
        } else {
            Err(io::Error::from_raw_os_error(result))
        }
    }
}

/// Sends a signal to a process.
pub fn send(pid: u32, signal: i32) {
    if let Ok(pid) = i32::try_from(pid) {
        // SAFETY: a plain system call without pointers. It fails only where the process is gone.
        unsafe { libc::kill(pid, signal) };
    }
}

/// Ends this process by a signal, as a program did that it stands for.
pub fn die_of(signal: i32) {
    let no_core = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: plain system calls; the set is initialised before it is used, and all pointers are to live values.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &no_core);
        libc::signal(signal, libc::SIG_DFL);
        let mut set = MaybeUninit::uninit();
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        libc::raise(signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), std::ptr::null_mut());
    }
}
