//! Who gets in, and who does not.

use crate::client::Client;
use crate::database::both;
use crate::service::World;
use serde_json::json;
use std::time::{Duration, Instant};

both!(from_register_to_logout, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let anybody = &service.client;
    let credentials = json!({"email": " Ada@Example.ORG ", "password": "correct horse battery"});
    let made = anybody
        .post("/api/v1/auth/register", &credentials)
        .await
        .expect(201);
    assert_eq!(made["email"], "ada@example.org");
    let login = anybody
        .post("/api/v1/auth/login", &credentials)
        .await
        .expect(200);
    assert_eq!(
        (&login["token_type"], &login["expires_in_secs"]),
        (&json!("Bearer"), &json!(900))
    );
    let ada = anybody.with_token(login["access_token"].as_str().unwrap());
    assert_eq!(ada.get("/api/v1/me").await.expect(200), made);
    let other = anybody
        .login("ada@example.org", "correct horse battery")
        .await;
    ada.post("/api/v1/auth/logout", &json!({}))
        .await
        .expect(204);
    assert_eq!(ada.get("/api/v1/me").await.error().1, "not_logged_in");
    other.get("/api/v1/me").await.expect(200);
    service.stop().await;
});

both!(unknown_user_and_wrong_password_are_one_answer, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let anybody = &service.client;
    anybody.register("ada@example.org").await;
    let wrong = json!({"email": "ada@example.org", "password": "wrong horse battery"});
    let unknown = json!({"email": "bob@example.org", "password": "correct horse battery"});
    let (told_wrong, time_wrong) = quickest(anybody, &wrong).await;
    let (told_unknown, time_unknown) = quickest(anybody, &unknown).await;
    assert_eq!(told_wrong, told_unknown);
    assert!(
        time_unknown * 3 > time_wrong,
        "{time_unknown:?} against {time_wrong:?}"
    );
    service.stop().await;
});

/// What a refused login says, and its quickest time of five.
async fn quickest(client: &Client, credentials: &serde_json::Value) -> (String, Duration) {
    let mut best = Duration::MAX;
    let mut told = String::new();
    for _ in 0..5 {
        let began = Instant::now();
        let answer = client.post("/api/v1/auth/login", credentials).await;
        best = best.min(began.elapsed());
        assert_eq!(answer.error(), (401, "bad_credentials".into(), None));
        told = answer.text;
    }
    (told, best)
}

both!(tokens_that_are_none, |database| {
    let world = World::new(database).await;
    let service = world.start().await;
    let ada = service.client.register("ada@example.org").await;
    let token = ada.token().to_owned();
    let cut = &token[..token.len() - 2];
    for wrong in [
        "",
        "x",
        "a.b.c",
        cut,
        &format!("{token}x"),
        &format!("{token}.x"),
    ] {
        let answer = service.client.with_token(wrong).get("/api/v1/me").await;
        assert_eq!(answer.error().1, "not_logged_in", "{wrong:?}");
        assert!(
            answer.headers["www-authenticate"]
                .to_str()
                .unwrap()
                .starts_with("Bearer")
        );
    }
    let basic = [("authorization", "Basic YTpi")];
    let answer = service
        .client
        .send(hyper::Method::GET, "/api/v1/me", &basic, Default::default());
    assert_eq!(answer.await.status, 401);
    service.stop().await;
    let again = world.start().await;
    let answer = again.client.with_token(&token).get("/api/v1/me").await;
    assert_eq!(answer.status, 401, "sessions in the process end with it");
    again
        .client
        .login("ada@example.org", "correct horse battery")
        .await;
    again.stop().await;
});

both!(sessions_in_redis_outlive_a_restart, |database| {
    let Ok(redis) = std::env::var("LOGGIA_TEST_REDIS_URL") else {
        println!("not run on Redis: LOGGIA_TEST_REDIS_URL is not set; scripts/test sets it");
        return;
    };
    let world = World::with(database, &format!("redis.url = '{redis}'")).await;
    let service = world.start().await;
    let ada = service.client.register("ada@example.org").await;
    let token = ada.token().to_owned();
    service.stop().await;
    let again = world.start().await;
    let ada = again.client.with_token(&token);
    ada.get("/api/v1/me").await.expect(200);
    ada.post("/api/v1/auth/logout", &json!({}))
        .await
        .expect(204);
    assert_eq!(ada.get("/api/v1/me").await.status, 401);
    again.stop().await;
});
