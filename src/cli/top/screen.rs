//! The terminal: taken over at the start, given back however this ends. The only file that touches it.

use std::io::{self, Stdout, stdout};

use crossterm::cursor::Show;
use crossterm::event::{Event, EventStream, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::execute;
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use futures::StreamExt;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use super::canvas::{Canvas, Theme};
use super::draw::draw;
use super::state::State;
use super::step::Key;

/// The terminal while it is skep's.
pub(super) struct Screen {
    terminal: Terminal<CrosstermBackend<Stdout>>,
    keys: EventStream,
    theme: Theme,
}

/// What a person did at the terminal.
pub(super) enum Touched {
    /// A key that means something.
    Key(Key),
    /// Something that only asks for another picture.
    Size,
    /// The terminal is gone.
    Gone,
}

impl Screen {
    /// Takes it over. A panic gives it back before it says what happened.
    pub(super) fn open(theme: Theme) -> io::Result<Self> {
        let said = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            said(panic);
        }));
        enable_raw_mode()?;
        // From here on its end gives the terminal back.
        let screen = Self {
            terminal: Terminal::new(CrosstermBackend::new(stdout()))?,
            keys: EventStream::new(),
            theme,
        };
        execute!(stdout(), EnterAlternateScreen)?;
        Ok(screen)
    }

    /// Shows a state.
    pub(super) fn show(&mut self, state: &State) -> io::Result<()> {
        let theme = self.theme;
        self.terminal.draw(|frame| {
            let area = frame.area();
            draw(state, &mut Canvas::new(frame.buffer_mut(), area, theme));
        })?;
        Ok(())
    }

    /// Waits for the next key, or for another size.
    pub(super) async fn touched(&mut self) -> Touched {
        loop {
            match self.keys.next().await {
                Some(Ok(Event::Key(key))) if key.kind != KeyEventKind::Release => {
                    if let Some(key) = meaning(key) {
                        return Touched::Key(key);
                    }
                }
                Some(Ok(Event::Resize(..))) => return Touched::Size,
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Touched::Gone,
            }
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// The terminal as it was. What fails here fails because the terminal is gone.
fn give_back() {
    let _gone = execute!(stdout(), LeaveAlternateScreen, Show);
    let _gone = disable_raw_mode();
}

fn meaning(key: KeyEvent) -> Option<Key> {
    let with_control = key.modifiers.contains(KeyModifiers::CONTROL);
    Some(match key.code {
        KeyCode::Char('c') if with_control => Key::Interrupt,
        KeyCode::Char(_) if with_control || key.modifiers.contains(KeyModifiers::ALT) => {
            return None;
        }
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::First,
        KeyCode::End => Key::Last,
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Escape,
        KeyCode::Tab => Key::Tab,
        KeyCode::Backspace => Key::Backspace,
        _ => return None,
    })
}
