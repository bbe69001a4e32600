//! Changing the master key: the data keys are wrapped anew, and nothing that they encrypted is touched (ADR 0030).

use std::path::Path;

use serde_json::json;
use xueshi_domain::event::EventType;
use xueshi_persistence::{DataKey, Keep, Reader, StoreError, Writer};

use super::{Storage, StorageError, master_key};
use crate::problem::Problem;
use crate::services::events::Happening;
use crate::settings::Settings;

/// What a change of the master key did.
#[derive(Debug)]
pub struct MasterChange {
    /// The name of the key that the data keys are wrapped under now.
    pub name: String,
    /// How many data keys there are.
    pub keys: usize,
    /// In which file of the data directory the former key is, where its file was replaced; otherwise the environment has to name the new
    /// one from now on.
    pub former: Option<String>,
}

/// Wraps the data keys under another master key: the one of this file, or of the environment.
///
/// What may break off is in this order: the new key is written beside the old one, the database changes in one transaction, the file
/// takes its place. Opening the storage brings the last step to its end.
///
/// # Errors
/// When there is no new key, or it is the present one; when the storage cannot be opened under the present one; while a rotation or
/// another change is under way.
pub async fn change_master_key(
    settings: &Settings,
    file: Option<&Path>,
) -> Result<MasterChange, StorageError> {
    let next = master_key::next(file)?;
    let storage = Storage::open(settings).await?;
    let store = storage.desk.store();
    let Some(_lock) = store.try_lock("keys")? else {
        return Err(StorageError::Key("a rotation of the keys is under way".to_owned()));
    };
    let present = |reader: &mut Reader<'_>| reader.data_keys();
    let is_present = |row: &DataKey| row.wrapped_by == next.name();
    if store.read::<_, StoreError, _>(present).await?.iter().all(is_present) {
        return Err(StorageError::Key("the new master key is the present one".to_owned()));
    }
    let in_file = master_key::is_in_file();
    if in_file {
        master_key::keep_next(&settings.data_dir, &next)?;
    }
    let (name, key) = (next.name(), next.clone());
    let work = move |writer: &mut Writer<'_>| {
        let keys = writer.rewrap_data_keys(&next)?;
        for city in writer.jurisdictions()? {
            Happening::new(EventType::KeysRotated)
                .for_the_city(writer, city.id)?
                .data(json!({"master_key": next.name()}))
                .tell(writer, city.id)?;
        }
        Ok::<_, Problem>(keys)
    };
    let changed = store.write(Keep::Yes, work).await;
    let keys = changed.map_err(|problem| StorageError::Key(format!("{problem:?}")))?;
    let former = match in_file {
        true => master_key::take_place(&settings.data_dir, &key)?,
        false => None,
    };
    Ok(MasterChange { name, keys, former })
}
