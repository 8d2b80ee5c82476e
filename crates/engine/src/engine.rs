use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Mutex, mpsc, watch};
use tokio::task::JoinHandle;

use crate::cold;
use crate::config::EngineConfig;
use crate::data_folder::DataFolder;
use crate::error::EngineError;
use crate::library::find_library;
use crate::state::{Endpoint, EngineState};
use crate::supervisor::{Command, Supervisor};

/// The embedded ClickHouse and the task that keeps it running. Dropping it kills the engine; [`Engine::stop`]
/// ends it cleanly.
pub struct Engine {
    state: watch::Receiver<EngineState>,
    commands: mpsc::Sender<Command>,
    restarts: Arc<AtomicU32>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Engine {
    /// Checks what can be checked at once (library, data folder, disk, port), then starts the engine in the
    /// background and returns. Has to be called inside a tokio runtime.
    ///
    /// # Errors
    /// [`EngineError`] for a missing library, a data folder that is held, newer or not writable, a cold volume that is not
    /// there, a full disk, and a port that is taken. What goes wrong later is seen in [`Engine::state`].
    pub fn start(mut config: EngineConfig) -> Result<Self, EngineError> {
        let library = find_library(config.library.clone())?;
        let folder = DataFolder::open(&config.data_dir)?;
        config.cold = cold::prepare(&config.data_dir, config.cold.as_deref())?;
        folder.check_free_space(config.limits.minimum_free_disk_bytes)?;
        if config.http_port != 0 {
            TcpListener::bind((Ipv4Addr::LOCALHOST, config.http_port))
                .map_err(|_| EngineError::PortTaken { port: config.http_port })?;
        }
        let (state_sender, state) = watch::channel(EngineState::Starting);
        // One waiting command is enough: a second one finds the same work under way.
        let (commands, command_receiver) = mpsc::channel(1);
        let restarts = Arc::new(AtomicU32::new(0));
        let supervisor =
            Supervisor::new(config, library, folder, state_sender, command_receiver, restarts.clone());
        let task = Mutex::new(Some(tokio::spawn(supervisor.run())));
        Ok(Self { state, commands, restarts, task })
    }

    /// The state now and each change of it.
    pub fn state(&self) -> watch::Receiver<EngineState> {
        self.state.clone()
    }

    /// How often it was started again after it ended without being asked to.
    pub fn restarts(&self) -> u32 {
        self.restarts.load(Ordering::Relaxed)
    }

    /// Waits until it answers.
    ///
    /// # Errors
    /// The reason as [`EngineError::Ended`] when it is down (it is still tried again later), and
    /// [`EngineError::Stopped`] after a stop.
    pub async fn ready(&self) -> Result<Arc<Endpoint>, EngineError> {
        let mut state = self.state();
        let settled = state
            .wait_for(|state| !matches!(state, EngineState::Starting | EngineState::Restarting { .. }))
            .await
            .map_err(|_| EngineError::Stopped)?;
        match &*settled {
            EngineState::Ready(endpoint) => Ok(Arc::clone(endpoint)),
            EngineState::Down { reason, .. } => Err(EngineError::Ended { detail: reason.clone() }),
            _ => Err(EngineError::Stopped),
        }
    }

    /// Starts it anew: stops a running engine cleanly first; ends the wait of one that is down.
    pub async fn restart(&self) {
        let _ = self.commands.send(Command::Restart).await;
    }

    /// Stops it: the session is ended, tables are shut down; after `stop_timeout` SIGTERM and SIGKILL.
    /// Returns when the process is gone. A second call returns at once.
    pub async fn stop(&self) {
        let Some(task) = self.task.lock().await.take() else { return };
        let _ = self.commands.send(Command::Stop).await;
        let _ = task.await;
    }
}
