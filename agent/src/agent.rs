//! The parts of a running agent, put together: sources, batcher, spool, sender.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::batch::Batcher;
use crate::config::Plan;
use crate::files::{Collector, Inbox};
use crate::journald::{JournalReader, JournalStop};
use crate::send::Sender;
use crate::state::{Spool, StateFolder};

/// Everything between the sources and the server.
pub struct Agent {
    spool: Arc<Spool>,
    batcher: Arc<Batcher>,
    sender: Arc<Sender>,
    cutting: JoinHandle<()>,
    sending: JoinHandle<()>,
    sources: Sources,
}

/// The sources that are running.
#[derive(Default)]
struct Sources {
    inbox: Option<Inbox>,
    journals: Vec<JournalStop>,
    threads: Vec<JoinHandle<()>>,
}

impl Agent {
    /// Takes the state folder and begins to send what waits in it. No source runs yet.
    pub fn start(folder: StateFolder, plan: &Plan) -> anyhow::Result<Self> {
        let spool = Arc::new(Spool::open(folder, plan.spool)?);
        let batcher = Arc::new(Batcher::new(Arc::clone(&spool), plan.batch));
        let sender = Arc::new(Sender::new(Arc::clone(&spool), plan.server.clone()));
        let cutting = {
            let batcher = Arc::clone(&batcher);
            thread("batches", move || batcher.run())?
        };
        let sending = {
            let sender = Arc::clone(&sender);
            thread("sender", move || sender.run())?
        };
        Ok(Self { spool, batcher, sender, cutting, sending, sources: Sources::default() })
    }

    pub fn batcher(&self) -> &Arc<Batcher> {
        &self.batcher
    }

    /// Starts the files and journals of a plan.
    pub fn start_sources(&mut self, plan: &Plan) -> anyhow::Result<()> {
        if !plan.files.is_empty() {
            raise_file_limit();
            let collector =
                Collector::new(plan.files.clone(), plan.follow, &self.spool, Arc::clone(&self.batcher))?;
            self.sources.inbox = Some(collector.inbox());
            self.sources.threads.push(thread("files", move || collector.run())?);
        }
        for journal in &plan.journals {
            let reader =
                JournalReader::new(journal.clone(), Arc::clone(&self.spool), Arc::clone(&self.batcher));
            self.sources.journals.push(reader.stop_handle());
            self.sources.threads.push(thread("journal", move || reader.run())?);
        }
        Ok(())
    }

    /// Ends the sources: what they read is in batches, and where they stopped is kept.
    pub fn stop_sources(&mut self) {
        let sources = std::mem::take(&mut self.sources);
        if let Some(inbox) = &sources.inbox {
            inbox.stop();
        }
        for journal in &sources.journals {
            journal.set();
        }
        for thread in sources.threads {
            // A panic was reported by its thread.
            let _ = thread.join();
        }
        self.batcher.flush();
    }

    /// Goes on by another plan. Sources start anew from where they were.
    pub fn reload(&mut self, plan: &Plan) -> anyhow::Result<()> {
        self.stop_sources();
        self.sender.set_settings(plan.server.clone());
        self.spool.set_limits(plan.spool);
        self.batcher.set_limits(plan.batch);
        self.start_sources(plan)
    }

    /// Ends all. What is in the spool is sent, for as long as the server takes it and at most for the time given; how many
    /// records are left.
    pub fn finish(mut self, patience: Duration) -> u64 {
        self.stop_sources();
        self.batcher.close();
        let _ = self.cutting.join();
        self.sender.drain();
        let deadline = Instant::now() + patience;
        while !self.sending.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
        // What it still does is harmless at any moment: batches leave the spool after their answer alone.
        self.sender.stop();
        self.spool.waiting().1
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> anyhow::Result<JoinHandle<()>> {
    std::thread::Builder::new().name(name.into()).spawn(work).context("a thread can't be started")
}

/// Lets this process open as many files as it may.
fn raise_file_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the pointers are to a live value of the type.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) == 0 && limit.rlim_cur < limit.rlim_max {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &limit);
        }
    }
}
