//! One suite for both lists of sessions.

use backoffice::auth::session_list::SessionList;
use backoffice::auth::session_memory::MemorySessions;
use backoffice::auth::session_redis::RedisSessions;
use backoffice::clock;
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
    assert!(error.to_string().starts_with("redis.url: "), "{error}");
}
