//! A body that is made while it is sent, piece by piece: its maker waits for the network, and memory holds a few pieces.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc::{self, Receiver, Sender};
use tokio::sync::oneshot;
use tokio_util::io::ReaderStream;

/// Pieces that may be ahead of the network.
const AHEAD: usize = 4;

/// A body in the making.
pub struct Made {
    pieces: Receiver<Piece>,
    piece: Vec<u8>,
    /// How much of the piece is sent.
    sent: usize,
    is_whole: bool,
    /// Who wants to know whether all of it was sent.
    told: Option<oneshot::Sender<bool>>,
}

enum Piece {
    Bytes(Vec<u8>),
    /// It ends here. A maker that stops without it has failed, and then the answer breaks off, so that nobody takes a part
    /// for the whole.
    End,
}

/// Where the maker puts its pieces.
pub struct Out(Sender<Piece>);

/// Nobody takes the pieces any more.
#[derive(Debug)]
pub struct Gone;

impl Out {
    /// Hands a piece on; blocks while the network is behind.
    ///
    /// # Errors
    /// If whoever asked is gone.
    pub fn send(&self, piece: Vec<u8>) -> Result<(), Gone> {
        let sent = self.0.blocking_send(Piece::Bytes(piece));
        sent.map_err(|_| Gone)
    }
}

impl Made {
    /// A body that is made by this, in a thread where it may block.
    pub fn by(make: impl FnOnce(&Out) -> Result<(), Gone> + Send + 'static) -> ReaderStream<Self> {
        ReaderStream::new(Self::begun(make))
    }

    /// The same, and who made it is told how it ended: whether all of it was handed to the network.
    pub fn watched(
        make: impl FnOnce(&Out) -> Result<(), Gone> + Send + 'static,
    ) -> (ReaderStream<Self>, oneshot::Receiver<bool>) {
        let (tell, told) = oneshot::channel();
        let mut made = Self::begun(make);
        made.told = Some(tell);
        (ReaderStream::new(made), told)
    }

    fn begun(make: impl FnOnce(&Out) -> Result<(), Gone> + Send + 'static) -> Self {
        let (out, pieces) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let out = Out(out);
            if make(&out).is_ok() {
                _ = out.0.blocking_send(Piece::End);
            }
        });
        Self {
            pieces,
            piece: Vec::new(),
            sent: 0,
            is_whole: false,
            told: None,
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        if let Some(tell) = self.told.take() {
            _ = tell.send(self.is_whole && self.sent == self.piece.len());
        }
    }
}

impl AsyncRead for Made {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while self.sent == self.piece.len() && !self.is_whole {
            match ready!(self.pieces.poll_recv(context)) {
                Some(Piece::Bytes(piece)) => (self.piece, self.sent) = (piece, 0),
                Some(Piece::End) => self.is_whole = true,
                None => return Poll::Ready(Err(io::ErrorKind::UnexpectedEof.into())),
            }
        }
        let rest = &self.piece[self.sent..];
        let fits = rest.len().min(into.remaining());
        into.put_slice(&rest[..fits]);
        self.sent += fits;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::AsyncReadExt;

    async fn read(
        make: impl FnOnce(&Out) -> Result<(), Gone> + Send + 'static,
    ) -> io::Result<Vec<u8>> {
        let mut all = Vec::new();
        let mut made = Made::begun(make);
        made.read_to_end(&mut all).await?;
        Ok(all)
    }

    #[tokio::test]
    async fn all_pieces_come_in_order_or_it_breaks_off() {
        let pieces = |out: &Out| {
            out.send(Vec::new())?;
            (0..100u8).try_for_each(|number| out.send(vec![number; 1000]))
        };
        let all = read(pieces).await.unwrap();
        let expected: Vec<u8> = (0..100u8).flat_map(|number| vec![number; 1000]).collect();
        assert!(all == expected);
        let broken = read(move |out| pieces(out).and(Err(Gone))).await;
        assert_eq!(broken.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn who_watches_is_told_whether_all_of_it_was_sent() {
        use tokio_util::io::StreamReader;
        let piece = |out: &Out| out.send(vec![1; 100]);
        let (body, told) = Made::watched(piece);
        let mut all = Vec::new();
        StreamReader::new(body).read_to_end(&mut all).await.unwrap();
        assert!(told.await.unwrap() && all.len() == 100);
        let (body, told) = Made::watched(piece);
        drop(body);
        assert!(!told.await.unwrap());
        let (body, told) = Made::watched(|_| Err(Gone));
        StreamReader::new(body)
            .read_to_end(&mut all)
            .await
            .unwrap_err();
        assert!(!told.await.unwrap());
    }

    #[tokio::test]
    async fn the_maker_is_told_that_nobody_reads() {
        let (tell, told) = tokio::sync::oneshot::channel();
        let made = Made::by(move |out| {
            let end = std::iter::repeat_with(|| out.send(vec![0; 10])).find(Result::is_err);
            _ = tell.send(end.is_some());
            Err(Gone)
        });
        drop(made);
        assert!(told.await.unwrap());
    }
}
