//! How far the run has come, on standard error.

use std::io::{self, IsTerminal as _, Write as _};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A progress bar on a terminal; elsewhere one line for each stage. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A stage with so many steps.
    pub(crate) fn new(stage: &str, steps: usize) -> Progress {
        if !io::stderr().is_terminal() {
            say(stage);
            return Progress(ProgressBar::hidden());
        }
        let steps = u64::try_from(steps).ok();
        let bar = ProgressBar::with_draw_target(steps, ProgressDrawTarget::stderr());
        let template = "{msg} [{bar:40}] {human_pos}/{human_len} {percent}%, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_message(stage.to_owned());
        Progress(bar)
    }

    /// A step is done.
    pub(crate) fn step(&self) {
        self.0.inc(1);
    }

    /// The stage is over.
    pub(crate) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// A line for whoever watches.
pub(crate) fn say(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}
