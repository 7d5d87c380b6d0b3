//! A flag for every setting, made from the table of settings.

use std::path::PathBuf;

use clap::builder::StyledStr;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};

use crate::config::{Given, SETTINGS, Scope, Setting};

/// Flags of commands that serve.
#[derive(Debug, Default)]
pub struct ServeSettings(Given);

/// Flags of commands that run the line without serving.
#[derive(Debug, Default)]
pub struct LineSettings(Given);

impl ServeSettings {
    /// What was given.
    pub fn given(&self) -> &Given {
        &self.0
    }
}

impl LineSettings {
    /// What was given.
    pub fn given(&self) -> &Given {
        &self.0
    }
}

fn all(_setting: &Setting) -> bool {
    true
}

fn of_the_line(setting: &Setting) -> bool {
    setting.scope == Scope::Line
}

fn arguments(command: Command, wanted: fn(&Setting) -> bool) -> Command {
    let file = Arg::new("config")
        .long("config")
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .help_heading("Settings")
        .help("TOML file with settings [or ATTUNE_CONFIG]");
    let settings = SETTINGS.iter().filter(|setting| wanted(setting)).map(argument);
    command.arg(file).args(settings)
}

fn argument(setting: &'static Setting) -> Arg {
    let default = match setting.default {
        "" => String::new(),
        default => format!(" [default: {default}]"),
    };
    let argument = Arg::new(setting.key)
        // Two dozen short strings, once in the life of a process.
        .long(&*setting.flag().leak())
        .value_name(setting.form)
        .help_heading("Settings")
        .help(StyledStr::from(format!("{}{default}", setting.help)));
    if setting.is_switch() {
        argument.num_args(0..=1).require_equals(true).default_missing_value("true")
    } else {
        argument
    }
}

fn given(matches: &ArgMatches, wanted: fn(&Setting) -> bool) -> Given {
    let flag = |setting: &'static Setting| {
        matches.get_one::<String>(setting.key).map(|text| (setting.key, text.clone()))
    };
    Given {
        file: matches.get_one::<PathBuf>("config").cloned(),
        flags: SETTINGS.iter().filter(|setting| wanted(setting)).filter_map(flag).collect(),
    }
}

macro_rules! flags {
    ($name:ident, $wanted:path) => {
        impl FromArgMatches for $name {
            fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
                Ok(Self(given(matches, $wanted)))
            }
            fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
                self.0 = given(matches, $wanted);
                Ok(())
            }
        }

        impl Args for $name {
            fn augment_args(command: Command) -> Command {
                arguments(command, $wanted)
            }
            fn augment_args_for_update(command: Command) -> Command {
                arguments(command, $wanted)
            }
        }
    };
}

flags!(ServeSettings, all);
flags!(LineSettings, of_the_line);
