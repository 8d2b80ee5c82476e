//! Files that are made from other files, and kept in the repository so that readers and the interface's build need no server.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Context as _;

use crate::paths::Paths;
use crate::shell::{output, say};
use crate::{build, setup};

/// A generated file: where it is, relative to the repository, and what it has to hold.
struct Generated {
    path: &'static str,
    content: String,
}

/// Writes all anew.
pub(crate) fn write(paths: &Paths) -> anyhow::Result<()> {
    setup::run(paths, setup::Scope::Server)?;
    build::interface(paths)?;
    for Generated { path, content } in generate(paths)? {
        let file = paths.root.join(path);
        if fs::read_to_string(&file).ok().as_deref() != Some(&content) {
            fs::write(&file, content).with_context(|| format!("can't write {path}"))?;
            say(&format!("wrote {path}"));
        }
    }
    Ok(())
}

/// Says which are not what they have to be.
pub(crate) fn check(paths: &Paths) -> anyhow::Result<()> {
    let stale: Vec<&str> = generate(paths)?
        .into_iter()
        .filter(|file| fs::read_to_string(paths.root.join(file.path)).ok().as_deref() != Some(&file.content))
        .map(|file| file.path)
        .collect();
    anyhow::ensure!(stale.is_empty(), "out of date: {}; run `cargo xtask generate`", stale.join(", "));
    Ok(())
}

fn generate(paths: &Paths) -> anyhow::Result<Vec<Generated>> {
    build::server(paths, false)?;
    let server = paths.program(false, "click-lite-server");
    let openapi = output(Command::new(&server).arg("openapi"))?;
    let configuration = output(Command::new(&server).args(["config", "schema"]))?;
    build::agent(paths, false)?;
    let agent = paths.program(false, "click-lite-agent");
    let agent_configuration = output(Command::new(&agent).args(["config", "schema"]))?;
    let types = types(paths, &openapi)?;
    Ok(vec![
        Generated { path: "docs/openapi.json", content: openapi },
        Generated { path: "docs/configuration.md", content: configuration },
        Generated { path: "docs/agent-configuration.md", content: agent_configuration },
        Generated { path: "ui/src/api/schema.d.ts", content: types },
    ])
}

/// The API's types for the interface, formatted as its other sources are.
fn types(paths: &Paths, openapi: &str) -> anyhow::Result<String> {
    let folder = paths.notes();
    fs::create_dir_all(&folder)?;
    let (source, result): (PathBuf, PathBuf) = (folder.join("openapi.json"), folder.join("schema.d.ts"));
    fs::write(&source, openapi)?;
    let tools = paths.ui.join("node_modules/.bin");
    output(Command::new(tools.join("openapi-typescript")).arg(&source).arg("--output").arg(&result))?;
    let mut prettier = Command::new(tools.join("prettier"));
    prettier.current_dir(&paths.ui).args(["--stdin-filepath", "src/api/schema.d.ts"]);
    output(prettier.stdin(fs::File::open(&result)?))
}
