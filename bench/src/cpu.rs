//! Processor time and memory of processes, as Linux counts them.

use std::fs;

use crate::Failure;

/// Clock ticks of a second in `/proc`: 100 on every architecture that the service is built for.
const TICKS: f64 = 100.0;

/// The processor time of a process and of its threads, in seconds.
pub(crate) fn of_process(process: u32) -> Result<f64, Failure> {
    Ok(Stat::of(process)?.own)
}

/// The processor time of a process, of its children, and of those that have ended.
pub(crate) fn of_family(process: u32) -> Result<f64, Failure> {
    let parent = Stat::of(process)?;
    let mut sum = parent.own + parent.ended;
    for entry in fs::read_dir("/proc")?.flatten() {
        let Some(number) = entry.file_name().to_str().and_then(|name| name.parse::<u32>().ok())
        else {
            continue;
        };
        // One that has ended since the directory was read is counted with its parent the next time.
        if let Ok(stat) = Stat::of(number)
            && stat.parent == process
        {
            sum += stat.own;
        }
    }
    Ok(sum)
}

/// Resident memory of a process, in MiB.
pub(crate) fn resident(process: u32) -> Result<f64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    Ok(kib.ok_or("no VmRSS in /proc")? / 1024.0)
}

/// What `/proc/PID/stat` says.
#[derive(Debug, PartialEq)]
struct Stat {
    parent: u32,
    /// Seconds of its own.
    own: f64,
    /// Seconds of children that have ended.
    ended: f64,
}

impl Stat {
    fn of(process: u32) -> Result<Stat, Failure> {
        let text = fs::read_to_string(format!("/proc/{process}/stat"))?;
        Stat::read(&text).ok_or_else(|| format!("/proc/{process}/stat is not readable").into())
    }

    fn read(text: &str) -> Option<Stat> {
        // The name of the program, in parentheses, may hold anything.
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |field: usize| fields.get(field)?.parse::<f64>().ok();
        Some(Stat {
            parent: fields.get(1)?.parse().ok()?,
            own: (ticks(11)? + ticks(12)?) / TICKS,
            ended: (ticks(13)? + ticks(14)?) / TICKS,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_stand_behind_the_name() {
        let text = "4242 (a) b (c)) S 17 4242 4242 0 -1 4194560 100 200 0 0 150 50 30 20 20 0 1 0 1000 0 0";
        assert_eq!(Stat::read(text), Some(Stat { parent: 17, own: 2.0, ended: 0.5 }));
        assert_eq!(Stat::read("4242 (cut) S 17"), None);
    }

    #[test]
    fn this_process_takes_time_and_memory() {
        let own = std::process::id();
        assert!(resident(own).unwrap() > 0.0);
        let before = of_process(own).unwrap();
        assert!(of_family(own).unwrap() >= before);
    }
}
