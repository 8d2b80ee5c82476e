//! The plan that ClickHouse makes of a statement, as a tree.

use serde::Serialize;
use serde_json::Value;

/// A step of a plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlanStep {
    /// ClickHouse's name of it, such as `ReadFromMergeTree`, `Aggregating`, `Sorting`, `Limit`.
    pub name: String,
    pub description: String,
    /// What is read, for a step that reads a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reads: Option<PlanReads>,
    /// Of a sorting step: the rows come in order already.
    #[serde(skip)]
    pub sorts_in_order: bool,
    /// Steps whose rows this one takes.
    pub children: Vec<PlanStep>,
}

/// What a step reads of a table.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlanReads {
    pub table: String,
    /// `Default`, `InOrder` or `InReverseOrder` of the key.
    pub order: String,
    /// Before and after the indexes.
    pub parts: Selected,
    pub granules: Selected,
    /// In the order in which they are asked.
    pub indexes: Vec<PlanIndex>,
}

/// An index that is asked.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PlanIndex {
    /// `Min-Max`, `Partition`, `PrimaryKey` or `Skip`.
    pub kind: String,
    /// Of a skip index.
    pub name: String,
    pub description: String,
    pub keys: Vec<String>,
    pub condition: String,
    pub parts: Selected,
    pub granules: Selected,
    /// It had a condition to test.
    pub is_used: bool,
}

/// How many there were, and how many are left.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Selected {
    pub of: u64,
    pub selected: u64,
}

impl PlanStep {
    /// Reads the JSON of `EXPLAIN json = 1, indexes = 1, actions = 1`; `None` where it is something else.
    pub fn parse(json: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(json).ok()?;
        value.get(0)?.get("Plan").map(step)
    }

    /// Steps that read tables.
    pub fn reads(&self) -> Vec<&PlanReads> {
        let mut found: Vec<&PlanReads> = self.reads.iter().collect();
        found.extend(self.children.iter().flat_map(Self::reads));
        found
    }

    /// Whether a step of this name is in the plan.
    pub fn has(&self, name: &str) -> bool {
        self.name == name || self.children.iter().any(|child| child.has(name))
    }

    /// Whether rows are sorted that do not come in order.
    pub fn sorts_all(&self) -> bool {
        (self.name == "Sorting" && !self.sorts_in_order) || self.children.iter().any(Self::sorts_all)
    }

    /// The name of every step, from the top.
    pub fn names(&self) -> Vec<&str> {
        let mut names = vec![self.name.as_str()];
        names.extend(self.children.iter().flat_map(Self::names));
        names
    }
}

fn step(value: &Value) -> PlanStep {
    let name = text(value, "Node Type");
    let description = text(value, "Description");
    let indexes: Vec<PlanIndex> = list(value, "Indexes").iter().map(index).collect();
    let reads = name.starts_with("ReadFrom").then(|| PlanReads {
        table: description.clone(),
        order: text(value, "Read Type"),
        parts: overall(indexes.iter().map(|index| index.parts)),
        granules: overall(indexes.iter().map(|index| index.granules)),
        indexes,
    });
    let sorts_in_order = value.get("Prefix Sort Description").is_some();
    PlanStep {
        name,
        description,
        reads,
        sorts_in_order,
        children: list(value, "Plans").iter().map(step).collect(),
    }
}

fn index(value: &Value) -> PlanIndex {
    let condition = text(value, "Condition");
    let number = |name: &str| value.get(name).and_then(Value::as_u64).unwrap_or(0);
    PlanIndex {
        kind: text(value, "Type"),
        name: text(value, "Name"),
        description: text(value, "Description"),
        keys: list(value, "Keys").iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
        is_used: !condition.is_empty() && condition != "true",
        condition,
        parts: Selected { of: number("Initial Parts"), selected: number("Selected Parts") },
        granules: Selected { of: number("Initial Granules"), selected: number("Selected Granules") },
    }
}

/// From before the first index to after the last.
fn overall(steps: impl Iterator<Item = Selected>) -> Selected {
    steps.reduce(|first, last| Selected { of: first.of, selected: last.selected }).unwrap_or_default()
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
