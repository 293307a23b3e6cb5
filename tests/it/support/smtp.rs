//! A mail server of a few lines on loopback, which does as it is told.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the server answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Accept,
    /// Answers each recipient with this line.
    RefuseRecipient(&'static str),
    /// Takes the mail and never says so.
    SilentAfterData,
    /// Takes the mail and hangs up.
    DropAfterData,
}

pub struct SmtpStub {
    pub url: String,
    mood: Arc<Mutex<Mood>>,
    received: watch::Sender<Vec<String>>,
    task: JoinHandle<()>,
}

impl Drop for SmtpStub {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpStub {
    pub async fn start(mood: Mood) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let mood = Arc::new(Mutex::new(mood));
        let received = watch::Sender::new(Vec::new());
        let (its_mood, its_received) = (mood.clone(), received.clone());
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(converse(socket, its_mood.clone(), its_received.clone()));
            }
        });
        Self { url, mood, received, task }
    }

    pub fn set(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    /// The mails as they came, headers and all.
    pub fn mails(&self) -> Vec<String> {
        self.received.borrow().clone()
    }

    /// Waits until this many mails have come.
    pub async fn until(&self, count: usize) -> Vec<String> {
        let mut watch = self.received.subscribe();
        watch.wait_for(|mails| mails.len() >= count).await.unwrap().clone()
    }
}

/// None: hang up.
async fn converse(socket: TcpStream, mood: Arc<Mutex<Mood>>, received: watch::Sender<Vec<String>>) -> Option<()> {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 stub\r\n").await.ok()?;
    loop {
        let line = lines.next_line().await.ok()??;
        let now = *mood.lock().unwrap();
        let verb = line.split([' ', ':']).next().unwrap_or("").to_ascii_uppercase();
        let answer = match (verb.as_str(), now) {
            ("EHLO", _) => "250-stub\r\n250 8BITMIME",
            ("RCPT", Mood::RefuseRecipient(answer)) => answer,
            ("DATA", _) => {
                write.write_all(b"354 go on\r\n").await.ok()?;
                let mut mail = String::new();
                loop {
                    let line = lines.next_line().await.ok()??;
                    if line == "." {
                        break;
                    }
                    mail.push_str(&line);
                    mail.push('\n');
                }
                received.send_modify(|mails| mails.push(mail));
                match now {
                    Mood::SilentAfterData => std::future::pending::<()>().await,
                    Mood::DropAfterData => return None,
                    Mood::Accept | Mood::RefuseRecipient(_) => {}
                }
                "250 taken"
            }
            ("QUIT", _) => "221 bye",
            _ => "250 ok",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        if verb == "QUIT" {
            return Some(());
        }
    }
}
