//! Statements that are compiled once for a connection and kept.

use diesel::backend::Backend;
use diesel::internal::derives::multiconnection::AstPassHelper as _;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::result::QueryResult;

/// A statement that its connection keeps, by its text. Diesel keeps by itself what can have one text only: not updates, which might set
/// any columns, nor what is written by hand. This is for such whose texts are few. It runs on one of the two databases' own
/// connections: see [`on_either!`](crate::connection::on_either).
#[derive(Debug, Clone, Copy)]
pub(crate) struct Prepared<Q>(pub(crate) Q);

impl<Q, DB> QueryFragment<DB> for Prepared<Q>
where
    DB: Backend,
    DB::QueryBuilder: Default + diesel::query_builder::QueryBuilder<DB>,
    Q: QueryFragment<DB>,
{
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        use diesel::query_builder::QueryBuilder as _;

        if pass.bind_collector().is_some() {
            return self.0.walk_ast(pass);
        }
        // Every other pass gets the text as one piece: the statement's own nodes would forbid to keep it.
        let mut text = DB::QueryBuilder::default();
        self.0.to_sql(&mut text, pass.backend())?;
        pass.push_sql(&text.finish());
        Ok(())
    }
}

impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, Conn> RunQueryDsl<Conn> for Prepared<Q> {}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use diesel::connection::{InstrumentationEvent, SimpleConnection};
    use diesel::sql_types::{Integer, Text};

    use super::*;

    diesel::table! {
        things (id) {
            id -> Integer,
            name -> Text,
        }
    }

    #[derive(QueryableByName)]
    struct Named {
        #[diesel(sql_type = Text)]
        name: String,
    }

    #[test]
    fn a_statement_is_compiled_once_and_gets_its_values_each_time() {
        let mut conn = SqliteConnection::establish(":memory:").unwrap();
        conn.batch_execute("create table things (id integer primary key, name text not null)")
            .unwrap();
        conn.batch_execute("insert into things values (1, 'one'), (2, 'two')").unwrap();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let texts = Arc::clone(&kept);
        conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
            if let InstrumentationEvent::CacheQuery { sql, .. } = event {
                texts.lock().unwrap().push(sql.to_owned());
            }
        });
        for id in [1, 2, 1] {
            let update = diesel::update(things::table.find(id)).set(things::name.eq("new"));
            assert_eq!(Prepared(update).execute(&mut conn).unwrap(), 1);
            let query = diesel::sql_query("select name from things where id = ?");
            let found: Vec<Named> = Prepared(query.bind::<Integer, _>(id)).load(&mut conn).unwrap();
            assert_eq!(found[0].name, "new");
        }
        assert_eq!(kept.lock().unwrap().len(), 2, "{kept:?}");
    }
}
