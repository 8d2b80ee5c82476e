use super::*;

fn queue(running: usize, heavy: usize) -> QueryQueue {
    QueryQueue::new(QueueLimits { running, heavy, waiting: 100 })
}

impl QueryQueue {
    fn waiting(&self) -> usize {
        let mut state = self.lock();
        state.forget_the_gone();
        state.waiting
    }
}

/// Starts waiting, and returns once the ticket is in the queue.
async fn waits(queue: &QueryQueue, group: &'static str, cost: Cost) -> tokio::task::JoinHandle<Turn> {
    let before = queue.waiting();
    let waiting = queue.clone();
    let task = tokio::spawn(async move { waiting.turn(group, cost).await.expect("room to wait") });
    while queue.waiting() == before && !task.is_finished() {
        tokio::task::yield_now().await;
    }
    task
}

async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_quick_query_passes_a_dashboard_of_heavy_ones() {
    let queue = queue(4, 2);
    let mut running = Vec::new();
    for _ in 0..2 {
        running.push(queue.turn("dashboard", Cost::Heavy).await.expect("a turn"));
    }
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(waits(&queue, "dashboard", Cost::Heavy).await);
    }
    for _ in 0..2 {
        // Both at once: there is room that heavy ones do not get.
        running.push(queue.turn("explore", Cost::Quick).await.expect("a turn at once"));
    }
    assert_eq!(queue.waiting(), 20);
    running.clear();
    settle().await;
    let started = waiting.iter().filter(|task| task.is_finished()).count();
    assert_eq!(started, 2, "as many as may be heavy at once");
}

#[tokio::test]
async fn unknown_queries_that_turn_heavy_leave_room_for_quick_ones() {
    let queue = queue(4, 2);
    let mut turns = Vec::new();
    for _ in 0..3 {
        let mut turn = queue.turn("dashboard", Cost::Unknown).await.expect("a turn");
        turn.becomes_heavy();
        turns.push(turn);
    }
    let fourth = waits(&queue, "dashboard", Cost::Unknown).await;
    assert!(!fourth.is_finished());
    drop(queue.turn("explore", Cost::Quick).await.expect("a turn at once"));
    turns.pop();
    settle().await;
    assert!(fourth.is_finished(), "its turn came");
    let heavy = waits(&queue, "dashboard", Cost::Heavy).await;
    assert!(!heavy.is_finished(), "two of those that run are heavy");
}

#[tokio::test]
async fn groups_take_turns() {
    let queue = queue(2, 1);
    let first = queue.turn("a", Cost::Heavy).await.expect("a turn");
    let mut many = Vec::new();
    for _ in 0..5 {
        many.push(waits(&queue, "a", Cost::Heavy).await);
    }
    let other = waits(&queue, "b", Cost::Heavy).await;
    drop(first);
    settle().await;
    assert_eq!(many.iter().filter(|task| task.is_finished()).count(), 1);
    let turn = many.remove(0).await.expect("the first of a");
    drop(turn);
    settle().await;
    assert!(other.is_finished(), "b waits for one of a, not for all");
    assert_eq!(many.iter().filter(|task| task.is_finished()).count(), 0);
}

#[tokio::test]
async fn who_goes_away_costs_nothing() {
    let queue = queue(2, 1);
    let first = queue.turn("a", Cost::Heavy).await.expect("a turn");
    let gone = waits(&queue, "a", Cost::Heavy).await;
    let stays = waits(&queue, "a", Cost::Heavy).await;
    gone.abort();
    settle().await;
    drop(first);
    settle().await;
    assert!(stays.is_finished());
    drop(stays.await.expect("its turn"));
    let state = queue.lock();
    assert_eq!((state.running, state.heavy, state.waiting), (0, 0, 0));
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let queue = QueryQueue::new(QueueLimits { running: 2, heavy: 1, waiting: 1 });
    let _first = queue.turn("a", Cost::Heavy).await.expect("a turn");
    let waiting = waits(&queue, "a", Cost::Heavy).await;
    assert_eq!(queue.turn("b", Cost::Heavy).await.expect_err("full"), QueueFull);
    waiting.abort();
    settle().await;
    let second = waits(&queue, "b", Cost::Heavy).await;
    assert_eq!(queue.waiting(), 1, "the place of the one that went is free");
    second.abort();
}
