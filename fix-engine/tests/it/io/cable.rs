//! [`Cable`]: a way to a server that a test can cut. In: an address. Out: another one, which leads there.

use std::net::SocketAddr;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Passes bytes on between whoever connects and a server.
pub(super) struct Cable {
    pub(super) address: SocketAddr,
    cut: watch::Sender<u64>,
    /// Connections over it that one side has not closed yet.
    open: watch::Sender<usize>,
}

impl Cable {
    pub(super) async fn between(server: SocketAddr) -> Cable {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let (cut, cuts) = watch::channel(0);
        let open = watch::Sender::new(0);
        let opened = open.clone();
        tokio::spawn(async move {
            while let Ok((mut near, _)) = listener.accept().await {
                let (mut cuts, open) = (cuts.clone(), opened.clone());
                cuts.borrow_and_update();
                open.send_modify(|open| *open += 1);
                let mut far = TcpStream::connect(server).await.expect("a server");
                tokio::spawn(async move {
                    tokio::select! {
                        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                        _ = cuts.changed() => {}
                    }
                    let _ended = tokio::join!(near.shutdown(), far.shutdown());
                    drop((near, far));
                    open.send_modify(|open| *open -= 1);
                });
            }
        });
        Cable { address, cut, open }
    }

    /// Ends every connection over it.
    pub(super) fn cut(&self) {
        self.cut.send_modify(|cuts| *cuts += 1);
    }

    /// Waits until both sides have closed every connection over it.
    pub(super) async fn unused(&self) {
        let mut open = self.open.subscribe();
        let _lasts = open.wait_for(|open| *open == 0).await;
    }
}
