use super::*;

async fn open(folder: &tempfile::TempDir) -> Catalog {
    Catalog::open(&folder.path().join("catalog.sqlite")).await.expect("a catalog")
}

fn run(id: &str, job: &str) -> ExportRunEntry {
    ExportRunEntry {
        id: id.to_owned(),
        job_id: job.to_owned(),
        cause: "schedule".to_owned(),
        planned_at: "2026-11-02T07:00:00Z".to_owned(),
        state: ExportRunState::Waiting,
        tries: 0,
        started_at: None,
        finished_at: None,
        file: None,
        bytes: None,
        first_rows: None,
        error: None,
    }
}

#[tokio::test]
async fn a_run_moves_its_schedule_on_and_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = open(&folder).await;
    catalog.add_export_job("a", "Daily", "{}", "t1").await.expect("written");
    catalog.add_export_run(&run("1", "a"), Some("t2")).await.expect("written");
    catalog.add_export_run(&run("2", "a"), None).await.expect("written");
    let begun = ExportRunEntry { state: ExportRunState::Running, tries: 1, ..run("1", "a") };
    assert!(catalog.begin_export_run(&begun).await.expect("written"));
    assert!(!catalog.begin_export_run(&begun).await.expect("asked"));
    catalog.close().await;

    let catalog = open(&folder).await;
    assert_eq!(catalog.export_job("a").await.expect("read").expect("there").due_after, "t2");
    assert_eq!(catalog.unfinished_export_runs().await.expect("read"), [begun, run("2", "a")]);
    assert_eq!(catalog.last_export_runs().await.expect("read"), [run("2", "a")]);
}

#[tokio::test]
async fn only_a_run_that_waits_is_cancelled_in_the_log() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = open(&folder).await;
    catalog.add_export_job("a", "Daily", "{}", "t1").await.expect("written");
    catalog.add_export_run(&run("1", "a"), None).await.expect("written");
    assert!(catalog.cancel_waiting_export_run("1", "t2").await.expect("written"));
    assert!(!catalog.cancel_waiting_export_run("1", "t3").await.expect("asked"));
    let ended = catalog.export_run("1").await.expect("read").expect("there");
    assert_eq!((ended.state, ended.finished_at.as_deref()), (ExportRunState::Cancelled, Some("t2")));
}

#[tokio::test]
async fn old_runs_are_forgotten_unless_they_have_a_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = open(&folder).await;
    catalog.add_export_job("a", "Daily", "{}", "t").await.expect("written");
    for number in 0..RUNS_KEPT + 5 {
        let id = format!("{number:04}");
        catalog.add_export_run(&run(&id, "a"), None).await.expect("written");
        let file = (number == 1).then(|| "kept.csv".to_owned());
        let ended = ExportRunEntry { state: ExportRunState::Done, file, ..run(&id, "a") };
        catalog.put_export_run(&ended).await.expect("written");
    }
    let runs = catalog.export_runs("a").await.expect("read");
    assert_eq!(runs.len() as i64, RUNS_KEPT + 1);
    assert_eq!(runs.last().map(|run| run.id.as_str()), Some("0001"));
}

#[tokio::test]
async fn a_deleted_job_comes_back_with_its_runs_and_is_not_late() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let catalog = open(&folder).await;
    catalog.add_export_job("a", "Daily", "{}", "2026-01-01").await.expect("written");
    catalog.add_export_job("b", "Old", "{}", "2026-01-01").await.expect("written");
    catalog.add_export_run(&run("1", "b"), None).await.expect("written");
    assert!(catalog.delete_export_job("b", "2026-01-02", "2026-01-01").await.expect("deleted"));
    assert!(!catalog.replace_export_job("b", 1, "x", "{}", None, "t").await.expect("asked"));
    assert!(catalog.restore_export_job("b", "2026-01-03").await.expect("restored"));
    let back = catalog.export_job("b").await.expect("read").expect("there");
    assert_eq!((back.deleted_at, back.due_after.as_str()), (None, "2026-01-03"));

    assert!(catalog.delete_export_job("b", "2026-01-04", "2026-01-01").await.expect("deleted"));
    assert!(catalog.delete_export_job("a", "2026-02-10", "2026-01-11").await.expect("deleted"));
    assert_eq!(catalog.export_job("b").await.expect("read"), None);
    assert_eq!(catalog.export_runs("b").await.expect("read"), []);
}
