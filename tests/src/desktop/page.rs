//! The page in the window, by the WebDriver protocol (W3C Recommendation).

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};
use reqwest::{Client, Method};
use serde_json::{Value, json};

use super::wait_until;

/// Name of the field that holds an element's reference, set by the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// Functions that every script may use.
const HELPERS: &str = r"
const all = (selector) => [...document.querySelectorAll(selector)].filter((element) => element.getClientRects().length > 0);
const named = (selector, name) => all(selector).find((element) => {
  const own = (element.getAttribute('aria-label') ?? element.textContent).trim();
  return name instanceof RegExp ? name.test(own) : own === name;
});
const textOf = (selector) => document.querySelector(selector)?.textContent ?? '';
";

/// A session with the page of one desktop.
pub struct Page {
    http: Client,
    url: String,
}

impl Page {
    /// Starts the program and takes hold of its page.
    pub async fn open(driver: &str, binary: &Path) -> anyhow::Result<Self> {
        // Of the process; another test may have been here before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        wait_until("WebKitWebDriver to listen", async || {
            Ok(http.get(format!("{driver}/status")).send().await.is_ok().then_some(()))
        })
        .await?;
        let options = json!({ "binary": binary, "args": [] });
        let capabilities =
            json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let mut page = Self { http, url: format!("{driver}/session") };
        let session =
            page.send(Method::POST, "", Some(capabilities)).await.context("no session with the window")?;
        let id = session["sessionId"].as_str().context("no session")?;
        page.url = format!("{driver}/session/{id}");
        Ok(page)
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let mut call = self.http.request(method, format!("{}{path}", self.url));
        if let Some(body) = body {
            call = call.header("content-type", "application/json").body(body.to_string());
        }
        let answer = call.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        let mut body: Value = serde_json::from_str(&text).with_context(|| text.clone())?;
        if !status.is_success() {
            bail!("{path}: {}: {}", body["value"]["error"], body["value"]["message"]);
        }
        Ok(body["value"].take())
    }

    /// Runs a script with the helpers; what it returns.
    pub async fn run(&self, script: &str) -> anyhow::Result<Value> {
        let body = json!({ "script": format!("{HELPERS}\n{script}"), "args": [] });
        self.send(Method::POST, "/execute/sync", Some(body)).await.with_context(|| script.to_owned())
    }

    /// Runs a script until it returns something that JavaScript takes for true.
    pub async fn wait(&self, what: &str, script: &str) -> anyhow::Result<Value> {
        let found = wait_until(what, async || {
            let value = self.run(script).await?;
            let is_truthy = !matches!(&value, Value::Null | Value::Bool(false))
                && value.as_str() != Some("")
                && value.as_f64() != Some(0.0);
            Ok(is_truthy.then_some(value))
        });
        match found.await {
            Ok(value) => Ok(value),
            Err(error) => {
                let shown = self.run("return document.body.innerText").await.unwrap_or_default();
                Err(error.context(format!("the page shows:\n{}", shown.as_str().unwrap_or_default())))
            }
        }
    }

    /// Clicks, as the pointer does, what the script returns once it is there.
    pub async fn click(&self, what: &str, script: &str) -> anyhow::Result<()> {
        let element = self.wait(what, script).await?;
        let id = element[ELEMENT].as_str().with_context(|| format!("{what} is no element: {element}"))?;
        self.send(Method::POST, &format!("/element/{id}/click"), Some(json!({}))).await?;
        Ok(())
    }

    /// Goes on in the other window, once there are two.
    pub async fn switch_to_other_window(&self) -> anyhow::Result<()> {
        let here = self.send(Method::GET, "/window", None).await?;
        let other = wait_until("another window", async || {
            let handles = self.send(Method::GET, "/window/handles", None).await?;
            Ok(handles.as_array().and_then(|handles| handles.iter().find(|handle| **handle != here)).cloned())
        });
        let other = other.await?;
        self.send(Method::POST, "/window", Some(json!({ "handle": other }))).await?;
        Ok(())
    }

    /// Presses the pointer at one point of the page, moves it to another, and lets it go.
    pub async fn drag(&self, from: (f64, f64), to: (f64, f64)) -> anyhow::Result<()> {
        let step = |(x, y): (f64, f64)| json!({ "type": "pointerMove", "duration": 50, "x": x.round(), "y": y.round() });
        let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
        let actions = json!([
            step(from), { "type": "pointerDown", "button": 0 }, step(middle), step(to), { "type": "pointerUp", "button": 0 }
        ]);
        let pointer = json!({ "type": "pointer", "id": "mouse", "actions": actions });
        self.send(Method::POST, "/actions", Some(json!({ "actions": [pointer] }))).await?;
        Ok(())
    }

    /// Presses keys together, such as `Control` with a letter. Code points of the standard stand for special keys.
    pub async fn press(&self, keys: &[&str]) -> anyhow::Result<()> {
        let down = keys.iter().map(|key| json!({ "type": "keyDown", "value": key }));
        let up = keys.iter().rev().map(|key| json!({ "type": "keyUp", "value": key }));
        let keyboard =
            json!({ "type": "key", "id": "keyboard", "actions": down.chain(up).collect::<Vec<_>>() });
        self.send(Method::POST, "/actions", Some(json!({ "actions": [keyboard] }))).await?;
        Ok(())
    }

    /// Types a text into what has the focus, a key after the other.
    pub async fn type_text(&self, text: &str) -> anyhow::Result<()> {
        let keys = text
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })));
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": keys.collect::<Vec<_>>() });
        self.send(Method::POST, "/actions", Some(json!({ "actions": [keyboard] }))).await?;
        Ok(())
    }

    /// Ends the session; the program may have ended before.
    pub async fn close(self) {
        let _ = self.send(Method::DELETE, "", None).await;
    }
}
