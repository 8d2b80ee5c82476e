//! The main job in the real window: from an empty start to the row that tells what happened, and still there tomorrow.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use click_lite_tests::desktop::page::Page;
use click_lite_tests::desktop::{Desktop, Surroundings, desktop_binary, wait_until, wait_until_gone};
use click_lite_tests::samples::access_log;
use click_lite_tests::{http, signal};

/// Key of the WebDriver standard.
const CONTROL: &str = "\u{E009}";
const SHIFT: &str = "\u{E008}";
const ESCAPE: &str = "\u{E00C}";
const ENTER: &str = "\u{E007}";

/// Number in the line above the rows; 0 while there is none, or not the last word (`1 000+ rows`).
const FOUND: &str = "const figures = all('main [role=status] strong')[0]?.textContent ?? ''; \
                     const total = figures.includes('+') ? 0 : Number(figures.replace(/[^0-9]/g, ''));";
/// Words of the connection in the status bar.
const STATE: &str = "const state = textOf('footer [role=status]').trim();";

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_opened_searched_and_kept() -> anyhow::Result<()> {
    let place = Surroundings::new()?;
    let log = access_log(10_000)?;
    let desktop = place.start().await?;
    let page = &desktop.page;
    page.run("window.violations = []; addEventListener('securitypolicyviolation', (event) => violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));").await?;

    // Empty: three ways in.
    page.wait("the first steps", "return named('h1', 'Nothing is stored yet')").await?;
    for way in ["Open a log file", "Send over HTTP", "Pipe a command"] {
        page.wait(way, &format!("return named('h2', '{way}')")).await?;
    }
    page.wait("the server to be ready", &format!("{STATE} return state === 'Ready'")).await?;
    shoot(&desktop, "empty").await?;

    // The first way, as a file manager goes it: the program is started again with a file.
    let second = place.command(&[&log])?.status()?;
    ensure!(second.success(), "the second start ended with {second}");
    page.wait("the dialog", "return named('[role=dialog] strong', 'access-10000.log')").await?;
    page.wait("the preview", "return textOf('[role=dialog]').includes('fit this format')").await?;
    shoot(&desktop, "import").await?;
    page.click("Import", "return named('[role=dialog] button', 'Import')").await?;
    page.click("Show in Explore", "return named('[role=dialog] button', 'Show in Explore')").await?;

    page.wait("rows", "return all('[role=grid] [role=row][data-index]').length > 10").await?;
    page.wait("all rows", &format!("{FOUND} return total === 10000")).await?;
    page.wait(
        "the histogram",
        "return all('[role=slider] ').length > 0 && all('canvas, svg.histogram, main svg').length > 0",
    )
    .await?;
    shoot(&desktop, "rows").await?;

    // A stretch of the histogram.
    let bars = page.wait("the bars", "const box = all('[role=slider]')[0]?.getBoundingClientRect(); return box && [box.x, box.y, box.width, box.height]").await?;
    let bars: Vec<f64> = serde_json::from_value(bars)?;
    let [x, y, width, height] = bars[..] else { anyhow::bail!("{bars:?}") };
    page.drag((x + width * 0.3, y + height / 2.0), (x + width * 0.6, y + height / 2.0)).await?;
    let brushed =
        page.wait("fewer rows", &format!("{FOUND} return total > 0 && total < 10000 && total")).await?;

    // A value of a facet.
    page.click("a value", "return all('button[aria-label^=\"level warn\"][aria-pressed=false]')[0]").await?;
    page.wait("the filter", "return all('button[aria-label^=\"level \"][aria-pressed=true]').length === 1")
        .await?;
    let filtered = page
        .wait("rows of one level", &format!("{FOUND} return total > 0 && total < {brushed} && total"))
        .await?;

    // A row with everything in it.
    page.click("a row", "return all('[role=grid] [role=row][data-index] [data-column=message]')[0]").await?;
    page.wait("the detail", "return textOf('[aria-label=Row]').includes('log.file.line')").await?;
    shoot(&desktop, "detail").await?;
    page.press(&[ESCAPE]).await?;

    let violations = page.run("return violations").await?;
    ensure!(
        violations.as_array().is_some_and(Vec::is_empty),
        "the content security policy forbids: {violations}"
    );
    // Rules that the editor adds by script: the policy must not keep them out.
    page.wait(
        "the editor's own style",
        "return getComputedStyle(document.querySelector('.cm-scroller')).display === 'flex'",
    )
    .await?;

    // The engine is killed, then the server: the status bar says so, and both come back by themselves.
    page.run("window.states = []; new MutationObserver(() => states.push(textOf('footer [role=status]').trim())).observe(document.querySelector('footer'), { subtree: true, childList: true, characterData: true });").await?;
    // An engine that is killed once may be back before the status bar asks for it; one that is killed again and again, not.
    let first = desktop.engine_pid()?;
    wait_until("word of the engine", async || {
        let _ = signal(desktop.engine_pid()?, libc::SIGKILL);
        let is_told = page.run("return states.some((state) => /the engine/i.test(state))").await?;
        Ok((is_told == true).then_some(()))
    })
    .await?;
    page.wait("the engine", &format!("{STATE} return state === 'Ready'")).await?;
    ensure!(desktop.engine_pid()? != first, "the killed engine is still there");
    page.run("states.length = 0").await?;
    let server = desktop.server_pid()?;
    signal(server, libc::SIGKILL)?;
    page.wait("word of the server", "return states.some((state) => state.includes('the server'))").await?;
    page.wait("the server", &format!("{STATE} return state === 'Ready'")).await?;
    ensure!(desktop.server_pid()? != server, "the killed server is still there");
    page.run("history.back()").await?;
    page.wait("rows again", &format!("{FOUND} return total > {filtered}")).await?;

    // Closed and started again.
    desktop.window.resize(1180, 760)?;
    page.wait("the page's new size", "return innerWidth === 1180").await?;
    let processes = desktop.processes();
    ensure!(processes.len() >= 5, "the shell, two of the webview, the server and the engine: {processes:?}");
    desktop.window.close()?;
    wait_until_gone(&processes)?;
    desktop.page.close().await;

    let desktop = place.start().await?;
    let page = &desktop.page;
    // It opens on the range that was looked at last, with the rows stored before.
    page.wait("the rows of yesterday", &format!("{FOUND} return total === {brushed}")).await?;
    ensure!(desktop.window.size()? == (1180, 760), "the window is {:?} now", desktop.window.size()?);
    page.press(&[CONTROL, SHIFT, "l"]).await?;
    page.wait("the dark theme", "return document.documentElement.dataset.mantineColorScheme === 'dark'")
        .await?;
    shoot(&desktop, "dark").await?;

    // SIGTERM ends everything as well.
    let processes = desktop.processes();
    signal(desktop.pid, libc::SIGTERM)?;
    wait_until_gone(&processes)?;
    desktop.page.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_file_is_looked_at_and_nothing_outlives_the_window() -> anyhow::Result<()> {
    let place = Surroundings::new()?;
    let log = access_log(10_000)?;
    let desktop = place.start().await?;
    let page = &desktop.page;
    page.wait("the first steps", "return named('h1', 'Nothing is stored yet')").await?;
    page.wait("the server to be ready", &format!("{STATE} return state === 'Ready'")).await?;
    desktop.window.drop_file(&log)?;
    page.wait("the dialog", "return named('[role=dialog] strong', 'access-10000.log')").await?;
    page.wait("its path", &format!("return textOf('[role=dialog]').includes('{}')", log.display())).await?;

    let processes = desktop.processes();
    ensure!(processes.contains(&desktop.engine_pid()?), "the engine belongs to the desktop");
    signal(desktop.pid, libc::SIGKILL)?;
    wait_until_gone(&processes)?;
    desktop.page.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_tailed_in_windows_of_their_own() -> anyhow::Result<()> {
    let place = Surroundings::new()?;
    let desktop = place.start().await?;
    let page = &desktop.page;
    page.wait("the server to be ready", &format!("{STATE} return state === 'Ready'")).await?;
    let url = format!("{}/api/v1/ingest?service=shop", server_address(page).await?);
    let send = async |n: u32| {
        let answer = http()?.post(&url).body(format!("{{\"message\":\"order {n}\"}}")).send().await?;
        ensure!(answer.status().is_success(), "ingest answered {}", answer.status());
        anyhow::Ok(())
    };
    const LIVE: &str = "return textOf('[data-phase]').trim() === 'Live'";

    page.click("Tail", "return named('nav a', 'Tail')").await?;
    page.wait("the socket", LIVE).await?;
    send(1).await?;
    page.wait("a row", "return textOf('[role=grid]').includes('order 1')").await?;
    shoot(&desktop, "tail").await?;

    // A pause counts, and brings what came.
    page.press(&[" "]).await?;
    page.wait("the pause", "return textOf('[data-phase]').trim() === 'Paused'").await?;
    send(2).await?;
    page.click("Resume", "return named('button', 'Resume, 1 waiting')").await?;
    page.wait("the row", "return textOf('[role=grid]').includes('order 2')").await?;

    // A window of its own, above the others, with a socket of its own.
    page.click("the menu", "return named('button', 'Open in a window of its own')").await?;
    page.click("on top", "return named('[role=menuitem]', 'Open in a window on top of all others')").await?;
    page.switch_to_other_window().await?;
    page.wait("its socket", LIVE).await?;
    page.wait("its rows", "return textOf('[role=grid]').includes('order 2') && all('nav').length === 0")
        .await?;
    send(3).await?;
    page.wait("its new row", "return textOf('[role=grid]').includes('order 3')").await?;
    page.click("the pin", "return named('button[aria-pressed=true]', 'Keep on top')").await?;
    page.wait("no pin", "return named('button[aria-pressed=false]', 'Keep on top')").await?;

    // The main window takes the others with it.
    let processes = desktop.processes();
    desktop.window.close()?;
    wait_until_gone(&processes)?;
    desktop.page.close().await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn links_open_pages_and_sql_the_builder_and_dashboards_work_in_the_window() -> anyhow::Result<()> {
    let place = Surroundings::new()?;
    let desktop = place.start().await?;
    let page = &desktop.page;
    page.wait("the server to be ready", &format!("{STATE} return state === 'Ready'")).await?;
    let url = format!("{}/api/v1/ingest?service=shop", server_address(page).await?);
    let records: Vec<String> = (0..30)
        .map(|n| {
            let level = if n % 3 == 0 { "error" } else { "info" };
            format!(r#"{{"level":"{level}","message":"order {n}"}}"#)
        })
        .collect();
    let answer = http()?.post(&url).body(records.join("\n")).send().await?;
    ensure!(answer.status().is_success(), "ingest answered {}", answer.status());

    // As the system opens a link: the program is started again with it, and hands it to the one that runs.
    let follow = |link: &'static str| {
        let ended = place.command(&[Path::new(link)])?.status()?;
        ensure!(ended.success(), "the second start ended with {ended}");
        anyhow::Ok(())
    };
    follow("click-lite://explore?from=all&q=level%3Aerror")?;
    page.wait("the rows of the link", &format!("{FOUND} return total === 10")).await?;
    page.click("a row", "return all('[role=grid] [role=row][data-index] [data-column=message]')[0]").await?;
    page.click("the link's menu", "return named('button', 'Copy a link to this row')").await?;
    page.click("its link", "return named('[role=menuitem]', 'Copy a link to this row for Click-Lite')")
        .await?;
    page.wait("word of it", "return document.body.innerText.includes('Link copied')").await?;

    follow("click-lite://sql")?;
    page.wait("the editor", "return document.activeElement?.classList.contains('cm-content')").await?;
    page.type_text("SELECT ServiceName, count() AS rows FROM otel_logs GROUP BY ServiceName").await?;
    page.press(&[CONTROL, ENTER]).await?;
    page.wait(
        "its rows",
        "return /shop.*30/s.test(named('[role=grid]', 'Rows of the answer')?.textContent ?? '')",
    )
    .await?;
    shoot(&desktop, "sql").await?;

    follow("click-lite://builder?from=all&q=level%3Aerror%20%7C%20stats%20count()%20by%20service")?;
    page.wait(
        "the conditions",
        "return /10\\srecords/.test(named('[role=region], section', 'Conditions')?.textContent ?? '')",
    )
    .await?;
    page.wait("its SQL", "return textOf('[aria-label=\"SQL of the search\"]').includes('GROUP BY')").await?;
    shoot(&desktop, "builder").await?;

    page.click("Dashboards", "return named('nav a', 'Dashboards')").await?;
    page.click("a new one", "return named('button', 'New dashboard')").await?;
    page.click("its template", "return named('[role=dialog] button', /^Application errors/)").await?;
    page.wait("the number of errors", "return named('[role=img]', 'Errors: 10')").await?;
    page.wait("the charts", "return all('section canvas').length > 1").await?;
    shoot(&desktop, "dashboard").await?;

    let processes = desktop.processes();
    desktop.window.close()?;
    wait_until_gone(&processes)?;
    desktop.page.close().await;
    Ok(())
}

/// Where the desktop's server listens; the page itself only talks to the shell.
async fn server_address(page: &Page) -> anyhow::Result<String> {
    let address = page.run("return window.__TAURI_INTERNALS__.invoke('api_request', { method: 'GET', path: '/api/v1/status', body: null }).then((answer) => JSON.parse(answer.body).listeners.http)").await?;
    Ok(format!("http://{}", address.as_str().context("an address")?))
}

/// Keeps a screenshot for people to look at, once the page has drawn what it has.
async fn shoot(desktop: &Desktop, name: &str) -> anyhow::Result<()> {
    desktop.page.run("window.drawn = false; requestAnimationFrame(() => requestAnimationFrame(() => { drawn = true; }));").await?;
    desktop.page.wait("a drawn page", "return drawn").await?;
    let folder: PathBuf =
        desktop_binary()?.ancestors().nth(2).context("the build folder")?.join("screenshots");
    desktop.window.screenshot(&folder.join(format!("desktop-{name}.png")))
}
