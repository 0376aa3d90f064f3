//! What people do who sign in elsewhere by the App, and what the App's owner sets for it.
//!
//! It exists so that tests need no browser for it. It must never let in whom GitHub would refuse.

use crate::api_error::ApiError;
use crate::handle::simulator::{Simulator, SimulatorError};
use crate::ids::client_id;
use crate::sign_in_page::asked;

impl Simulator {
    /// The App's client id and one of its client secrets.
    pub fn client(&self) -> (String, String) {
        self.state().read(|world| {
            let secret = world.registration.client_secret.clone();
            (client_id(world.app.id), secret)
        })
    }

    /// Where people may be led back to.
    pub fn set_callback_urls(&self, urls: &[String]) {
        let urls = urls.to_vec();
        self.state()
            .change(|world| world.registration.callback_urls = urls);
    }

    /// Somebody says yes on the page of that address; gives where their browser goes.
    pub fn authorize(&self, login: &str, page: &str) -> Result<String, SimulatorError> {
        let (_, query) = page.split_once('?').unwrap_or_default();
        let led = self
            .state()
            .change(|world| world.let_in(login, &asked(query)));
        led.map_err(|(status, why)| ApiError::new(status, why).into())
    }

    /// Somebody says no.
    pub fn decline(&self, page: &str) -> Result<String, SimulatorError> {
        let (_, query) = page.split_once('?').unwrap_or_default();
        let led = self.state().read(|world| world.decline(&asked(query)));
        led.map_err(|(status, why)| ApiError::new(status, why).into())
    }

    /// Somebody takes back that the App knows who they are.
    pub fn withdraw(&self, login: &str) {
        self.state().change(|world| world.withdraw(login));
    }
}
