//! Who a person or a unit is: numbers that are checked once, and how they are shown (rules U4, U4a).

mod id_number;
mod mask;
mod unit_code;

pub use id_number::{IdNumber, IdNumberError, IdType};
pub use mask::{mask_id_number, mask_long_numbers, mask_name, mask_phone};
pub use unit_code::{UnitCode, UnitCodeError};
