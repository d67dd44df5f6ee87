//! A database and the keys its marks were made with belong together.

use crate::support::databases::TestDatabase;
use crate::support::program::Program;

const NOT_TOGETHER: &str = "the key folder and the database do not belong together: the marks of this database were made \
                            with other keys";

#[tokio::test(flavor = "multi_thread")]
async fn another_installation_s_keys_are_refused_by_whatever_uses_them() {
    for database in TestDatabase::both().await {
        let mut program = Program::new();
        program.set("YUANMARK_DATABASE", &database.address);
        program.done("key new");
        program.done("migrate");
        program.add_batch(10, "");
        program.done("--keys other key new");
        for command in [
            "serve --listen 127.0.0.1:0",
            "verify 4BD9-QV4N-Q0NZ-57DB",
            "mark show 1-0",
            "batch pack 1 --out pack --public-url https://v.example.cn",
        ] {
            let refusal = program.refused(&format!("--keys other {command}"));
            assert_eq!(refusal.what, NOT_TOGETHER, "{command}");
            assert!(refusal.advice.contains("--keys"), "{}", refusal.advice);
        }
        let ill = program.run("--keys other doctor");
        assert_eq!(ill.code, 1);
        assert!(ill.stdout.contains("ERROR    belonging"), "{}", ill.stdout);
        let well = program.done("doctor");
        assert!(well.contains("belong together"), "{well}");
        program.done("mark show 1-0");
    }
}

#[test]
fn a_database_without_a_batch_takes_the_keys_it_is_given() {
    let program = Program::installed();
    program.done("--keys other key new");
    for keys in ["keys", "other"] {
        // Not a mark of ours; but the database was opened.
        let ran = program.run(&format!("--keys {keys} verify 4BD9-QV4N-Q0NZ-57DB"));
        assert_eq!(ran.code, 1, "{ran:?}");
    }
}
