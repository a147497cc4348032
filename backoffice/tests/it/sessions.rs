//! One suite for both lists of sessions.

use backoffice::auth::session_list::SessionList;
use backoffice::auth::session_memory::MemorySessions;
use backoffice::auth::session_redis::RedisSessions;
use backoffice::clock;
use backoffice::error::Error;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

async fn suite(list: &dyn SessionList) {
    let now_secs = u64::try_from(clock::now_us() / 1_000_000).unwrap();
    let [session, other, user, second] = std::array::from_fn(|_| Uuid::new_v4());
    list.ping().await.unwrap();
    assert_eq!(list.user_of(session, now_secs).await.unwrap(), None);
    list.add(session, user, now_secs + 60).await.unwrap();
    list.add(other, second, now_secs + 60).await.unwrap();
    assert_eq!(list.user_of(session, now_secs).await.unwrap(), Some(user));
    list.remove(session).await.unwrap();
    list.remove(session).await.unwrap();
    assert_eq!(list.user_of(session, now_secs).await.unwrap(), None);
    assert_eq!(list.user_of(other, now_secs).await.unwrap(), Some(second));
}

#[tokio::test]
async fn in_the_process() {
    let list = MemorySessions::default();
    suite(&list).await;
    let (session, user) = (Uuid::new_v4(), Uuid::new_v4());
    list.add(session, user, 100).await.unwrap();
    assert_eq!(list.user_of(session, 99).await.unwrap(), Some(user));
    assert_eq!(list.user_of(session, 100).await.unwrap(), None);
}

#[tokio::test]
async fn in_redis() {
    let Ok(url) = std::env::var("LOGGIA_TEST_REDIS_URL") else {
        println!("not run on Redis: LOGGIA_TEST_REDIS_URL is not set; scripts/test sets it");
        return;
    };
    let list = RedisSessions::connect(&url).await.unwrap();
    suite(&list).await;
    let now_secs = u64::try_from(clock::now_us() / 1_000_000).unwrap();
    let (session, user) = (Uuid::new_v4(), Uuid::new_v4());
    list.add(session, user, now_secs + 1).await.unwrap();
    crate::service::until("the end of the session", async || {
        list.user_of(session, now_secs)
            .await
            .unwrap()
            .is_none()
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_is_not_there_is_named_by_its_key() {
    let error = RedisSessions::connect("redis://127.0.0.1:1")
        .await
        .unwrap_err();
    assert!(
        error.to_string().starts_with("redis.url: 127.0.0.1:1: "),
        "{error}"
    );
    assert!(matches!(
        error,
        Error::Unreachable {
            key: "redis.url",
            ..
        }
    ));
    let secret = RedisSessions::connect("redis://:hunter22@127.0.0.1:1").await;
    let told = secret.unwrap_err().to_string();
    assert!(!told.contains("hunter22"), "{told}");
    let wrong = RedisSessions::connect("127.0.0.1").await.unwrap_err();
    assert!(
        matches!(
            wrong,
            Error::Config {
                key: "redis.url",
                ..
            }
        ),
        "{wrong}"
    );
}

/// A way to the Redis at `url` that can be cut: the address of its near end, and the token that cuts it.
async fn cuttable(url: &str) -> (String, CancellationToken) {
    let far = url.trim_start_matches("redis://").to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let near = format!("redis://{}", listener.local_addr().unwrap());
    let cut = CancellationToken::new();
    tokio::spawn(cut.clone().run_until_cancelled_owned(async move {
        let mut open = tokio::task::JoinSet::new();
        while let Ok((mut near, _)) = listener.accept().await {
            let far = far.clone();
            open.spawn(async move {
                let mut far = TcpStream::connect(far).await.unwrap();
                tokio::io::copy_bidirectional(&mut near, &mut far)
                    .await
                    .ok();
            });
        }
    }));
    (near, cut)
}

#[tokio::test]
async fn without_redis_nobody_is_let_in_and_the_answer_is_unavailable() {
    let Ok(url) = std::env::var("LOGGIA_TEST_REDIS_URL") else {
        println!("not run on Redis: LOGGIA_TEST_REDIS_URL is not set; scripts/test sets it");
        return;
    };
    let (near, cut) = cuttable(&url).await;
    let list = RedisSessions::connect(&near).await.unwrap();
    let now_secs = u64::try_from(clock::now_us() / 1_000_000).unwrap();
    let (session, user) = (Uuid::new_v4(), Uuid::new_v4());
    list.add(session, user, now_secs + 60).await.unwrap();
    assert_eq!(list.user_of(session, now_secs).await.unwrap(), Some(user));
    cut.cancel();
    let asked = tokio::time::timeout(crate::service::DEADLINE, list.user_of(session, now_secs));
    let error = asked.await.unwrap().unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    assert!(list.ping().await.is_err());
}
