//! Wrong input: what is wrong, what to do, exit code 2, and nothing is changed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::{Value, json};
use yuanmark::store::{DatabaseUrl, Store};

use crate::support::program::{Program, Ran, Refusal};

/// A command line, and what the two lines that refuse it speak of.
type Case = (&'static str, &'static str, &'static str);

/// What the program itself refuses.
const REFUSED: &[Case] = &[
    // keys
    (
        "key new --id 1",
        "key 1: this number is used already",
        "key list",
    ),
    (
        "key new --passphrase-file nix",
        "no passphrase file nix",
        "--passphrase-file",
    ),
    (
        "key new --passphrase-file empty.txt",
        "empty.txt is damaged: its first line",
        "first line",
    ),
    (
        "key new --passphrase-file open.txt",
        "open.txt can be read by others (mode 644)",
        "chmod 600",
    ),
    (
        "key list --keys nix",
        "there are no keys in nix",
        "put it back from your backup; only a new installation makes its keys, with `yuanmark key new`",
    ),
    ("key retire 9", "there is no key 9", "key list"),
    (
        "key retire 1 --keys nix",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    ("key compromise 9", "there is no key 9", "key list"),
    (
        "key compromise 1 --since 2999-01-01T00:00:00Z",
        "lies in the future",
        "key list",
    ),
    ("key export 9", "there is no key 9", "key list"),
    // licensees
    (
        "licensee add --name x --uscc 93430981MA4TEXT36K --basis both --since 2026-01-01 --document y",
        "has a licensee with the code 93430981MA4TEXT36K already",
        "licensee 1",
    ),
    (
        "licensee add --name x --uscc 92430981MA4TEXT44H --basis both --since 2999-01-01 --document y",
        "the day 2999-01-01 is still to come",
        "since when",
    ),
    (
        "licensee apply --name x --uscc 92430981MA4TEXT44H --basis both --area 006=1 --area 琼湖街道=2",
        "--area names 琼湖街道 twice",
        "each once",
    ),
    ("licensee show 9", "there is no licensee 9", "licensee list"),
    (
        "licensee file 1 --revision 7 --phone 1",
        "is at version 1, this change was made upon version 7",
        "newest version",
    ),
    (
        "licensee file 1 --revision 1",
        "says just this already",
        "nothing",
    ),
    (
        "licensee step 1 admit --date 2026-02-01 --ground x --document y",
        "admit (准予使用)",
        "from there lead: order-correction",
    ),
    (
        "licensee step 1 cancel --date 2026-02-01 --ground x",
        "cancel needs the number of a document",
        "decision",
    ),
    (
        "licensee step 1 order-correction --date 2026-02-01 --ground x --document y",
        "needs a date until when",
        "last day",
    ),
    (
        "licensee step 1 suspend --date 2026-02-01 --ground x --document y --due 2026-03-01",
        "suspend has no date until when",
        "correction order",
    ),
    (
        "licensee step 1 suspend --date 2999-01-01 --ground x --document y",
        "2999-01-01, which is still to come",
        "when it is decided",
    ),
    (
        "licensee step 1 exit --date 2026-02-01 --ground x --document y",
        "exit (退出) needs two people",
        "yuanmark licensee propose 1 exit",
    ),
    (
        "licensee propose 1 suspend --date 2026-02-01 --ground x --document y",
        "suspend (暂停) needs one person",
        "yuanmark licensee step 1 suspend",
    ),
    (
        "licensee confirm 1",
        "no step of licensee 1 waits",
        "propose",
    ),
    ("licensee drop 9", "there is no licensee 9", "licensee list"),
    (
        "licensee drop 1",
        "no step of licensee 1 waits",
        "nothing to be dropped",
    ),
    (
        "licensee step 2 cancel --date 2026-03-01 --ground x --document y",
        "cancel (注销)",
        "from there lead: undo",
    ),
    (
        "licensee file 1 --revision 1 --phone 1 --clear address,phone",
        "phone is both given and cleared",
        "leave out --phone",
    ),
    (
        "licensee file 1 --revision 1 --form canned --clear form",
        "form is both given and cleared",
        "leave out --form",
    ),
    // documents
    (
        "document add --licensee 1 --purpose other --title x --file nix",
        "nix: No such file",
        "can be read",
    ),
    (
        "document add --licensee 1 --purpose other --title x --file empty.txt",
        "the file is empty",
        "scan",
    ),
    (
        "document add --licensee 1 --purpose other --title x --file lines.txt",
        "neither PDF, PNG, JPEG, TIFF nor SVG",
        "save it as PDF",
    ),
    (
        "document add --licensee 1 --purpose other --title x --file large.pdf",
        "bytes",
        "at most 10 MiB",
    ),
    (
        "document get 9 --out o",
        "there is no document 9",
        "document list",
    ),
    // printers
    (
        "printer add --name x --uscc 51430981MJJTEXT52T --licence y",
        "51430981MJJTEXT52T",
        "1",
    ),
    ("printer end 9 --reason x", "printer 9", "printer list"),
    (
        "printer key 1 --age-recipient AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX",
        "this is a private key and was not kept",
        "printer key --help",
    ),
    (
        "printer key 1 --age-recipient 1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "no public key of age",
        "printer key --help",
    ),
    // packs
    (
        "pack release 9 --public-url https://v.example.cn",
        "there is no order 9",
        "order list",
    ),
    (
        "pack again 1 --reason x",
        "cannot be packed for its printer",
        "released",
    ),
    (
        "pack approve 1 --public-url https://v.example.cn",
        "cannot be packed for its printer",
        "released",
    ),
    (
        "pack withdraw 1 --reason x",
        "cannot be packed for its printer",
        "released",
    ),
    // coefficients, entitlements, transfers
    (
        "coefficients set --upon 7 --kg-per-mu 1",
        "there is no version 7",
        "coefficients show",
    ),
    (
        "coefficients set --yield canned=1% --yield canned=2%",
        "--yield names canned twice",
        "each once",
    ),
    (
        "entitlement grant --licensee 1 --season 2026 --form canned --area 1 --pack-grams 1 --document x",
        "was granted already",
        "adjust",
    ),
    (
        "entitlement adjust --licensee 1 --season 2026 --form canned --marks 0 --reason x --document y",
        "an adjustment of no mark changes nothing",
        "with a minus how many fewer",
    ),
    (
        "entitlement adjust --licensee 1 --season 2026 --form canned --marks -999999999 --reason x --document y",
        "999999999 are asked for",
        "take no more than is left",
    ),
    (
        "entitlement carry-over --season 2200 --licensee 1 --form canned",
        "season 2200 has not ended yet",
        "after 31 December",
    ),
    (
        "transfer propose --licensee 1 --season 2026 --form canned --to 1 --marks 1",
        "giver and receiver are the same licensee",
        "name two",
    ),
    (
        "transfer confirm 9 --licensee 1",
        "transfer 9",
        "transfer list",
    ),
    ("transfer show 9", "there is no transfer 9", "transfer list"),
    // orders
    (
        "order new --licensee 9 --season 2026 --form dried --product x --quantity 1",
        "there is no licensee 9",
        "licensee list",
    ),
    (
        "order new --licensee 2 --season 2026 --form canned --product x --quantity 1",
        "right of licensee 2 to use the mark has ended",
        "cancelled",
    ),
    (
        "order new --licensee 1 --season 2020 --form canned --product x --quantity 1",
        "goods of season 2020 (canned) are past it",
        "look at the year",
    ),
    ("order show 9", "there is no order 9", "order list"),
    (
        "order approve 1",
        "order 1 is issued",
        "only an order that is placed can be",
    ),
    (
        "order assign 2 --printer 1",
        "cannot be given to a printer",
        "approved or issued",
    ),
    ("order assign 1 --printer 9", "printer 9", "printer list"),
    (
        "order release 2 --receiver x",
        "cannot be released",
        "issued",
    ),
    (
        "order release 1 --receiver x --pack nix.csv",
        "nix.csv: No such file",
        "the printer gets",
    ),
    ("order close 1 --on-hand 0", "cannot be closed", "released"),
    (
        "order cancel 3 --reason x",
        "cannot be cancelled",
        "placed or approved or issued",
    ),
    // batches
    ("batch issue --order 9", "there is no order 9", "order list"),
    (
        "batch issue --order 1",
        "order 1 was issued already: it is batch 1",
        "never printed twice",
    ),
    (
        "batch issue --order 2 --request first",
        "was used for batch 1",
        "new idempotency key",
    ),
    (
        "batch issue --order 2 --keys nix",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    ("batch show 9", "there is no batch 9", "batch list"),
    (
        "batch pack 9 --out o --public-url http://a.cn",
        "there is no batch 9",
        "batch list",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --range 5-10",
        "range 5-10 goes beyond batch 1",
        "its marks are 0-9",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --hidden-codes",
        "issued without hidden codes",
        "leave out --hidden-codes",
    ),
    (
        "batch pack 2 --out o --public-url http://a.cn --format sheet",
        "up to 96 labels, not 97",
        "--range 0-23",
    ),
    (
        "batch pack 1 --out pack --public-url http://a.cn",
        "pack/labels.csv is there",
        "--replace",
    ),
    // marks
    (
        "mark show nonsense",
        "\"nonsense\" is not a mark of ours",
        "BATCH-INDEX",
    ),
    ("mark show ''", "\"\" is not a mark of ours", "BATCH-INDEX"),
    (
        "mark show 4BD9-QV4N-Q0NZ-57DB",
        "is not a mark of ours",
        "BATCH-INDEX",
    ),
    ("mark show 9-0", "there is no batch 9", "batch list"),
    ("mark show 1-10", "batch 1 has no mark 10", "0-9"),
    (
        "mark printed --batch 1 --all",
        "order 1 is issued (已制码)",
        "released",
    ),
    (
        "mark used --batch 2 --range 0",
        "1 of 1 lines",
        "--skip-bad",
    ),
    (
        "mark used --batch 2 --all",
        "cannot be used",
        "report first",
    ),
    (
        "mark used --container 9",
        "there is no container 9",
        "container list",
    ),
    (
        "mark received --delivery 1",
        "entry 1 is no delivery",
        "ledger list --kind delivered",
    ),
    (
        "mark activate --batch 2 --all --lot 9",
        "there is no lot 9",
        "lot list",
    ),
    (
        "mark withdraw --kind lost --batch 2 --all --reason x --date 2026-01-01 --witness 张三 --witness 李四",
        "lost has no witnesses",
        "only a destruction has them: leave out --witness",
    ),
    (
        "mark withdraw --kind revoked --batch 2 --all --reason x --witness 张三",
        "revoked has no witnesses",
        "only a destruction",
    ),
    (
        "mark withdraw --kind lost --batch 2 --all --reason x --date today",
        "lost has no witnesses and no day of its own",
        "only a destruction",
    ),
    (
        "mark withdraw --kind destroyed --batch 2 --all --reason x --date today --witness 张三 --witness 李四 --by ' 李 四'",
        "李四 reports the destruction and cannot witness it",
        "two other people",
    ),
    (
        "mark printed --batch 2 --all --except-spoiled bad_lines.txt --reason x",
        "1 of 2 lines",
        "report the whole batch again",
    ),
    (
        "mark withdraw --kind destroyed --batch 2 --all --reason x --date 2026-01-01 --witness 张三 --witness 张三",
        "张三 cannot witness twice",
        "two people",
    ),
    (
        "mark withdraw --kind destroyed --batch 2 --all --reason x --date 2026-01-01 --witness 张三",
        "two witnesses; 1 was named",
        "--witness 张三 --witness 李四",
    ),
    (
        "mark activate --batch 9 --all --lot 1",
        "there is no batch 9",
        "batch list",
    ),
    (
        "mark activate --batch 9 --range 0 --lot 1",
        "there is no batch 9",
        "batch list",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --range 5-10",
        "1 of 1 lines",
        "--skip-bad",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --range 5-2",
        "1 of 1 lines",
        "mend these lines",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --range 0 --file lines.txt",
        "stands beside",
        "into the file",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --file empty.txt",
        "no mark is chosen",
        "name a serial",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --file comments.txt",
        "no mark is chosen",
        "--all",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --file nix.txt",
        "nix.txt: No such file",
        "text file",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --file binary.bin",
        "binary.bin: ",
        "UTF-8",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --file keys",
        "keys: Is a directory",
        "text file",
    ),
    (
        "mark withdraw --kind frozen --reason x --batch 1 --file -",
        "no mark is chosen",
        "name a serial",
    ),
    (
        "mark withdraw --kind frozen --reason x --serial 4BD9-QV4N-Q0NZ-57DB",
        "1 of 1 lines",
        "mend these lines",
    ),
    (
        "mark activate --batch 1 --all --keys nix --lot 1",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    (
        "mark withdraw --kind frozen --batch 1 --range 9-10 --reason x",
        "1 of 1 lines",
        "--skip-bad",
    ),
    (
        "mark restore --kind frozen --batch 9 --all --reason x",
        "there is no batch 9",
        "batch list",
    ),
    // containers, lots, the ledger
    (
        "container fill --kind roll --batch 1 --range 0-10",
        "1 of 1 lines",
        "fill it again",
    ),
    (
        "container fill --kind roll --batch 1 --file empty.txt",
        "of 0 batches",
        "at least one",
    ),
    (
        "container show 9",
        "there is no container 9",
        "container list",
    ),
    (
        "container check 9 --file lines.txt",
        "there is no container 9",
        "container list",
    ),
    (
        "container check 1 --file nix",
        "nix: No such file",
        "text file",
    ),
    (
        "lot add --licensee 9 --season 2026 --form canned --code x --product x --harvested 2026-03-01 --township 006 \
         --standard x --packs 1",
        "there is no licensee 9",
        "licensee list",
    ),
    (
        "lot add --licensee 1 --season 2026 --form canned --code x --product x --harvested 2025-03-01 --township 006 \
         --standard x --packs 1",
        "picked on 2025-03-01, but of season 2026",
        "year of the harvest",
    ),
    (
        "lot add --licensee 1 --season 2026 --form canned --code x --product x --harvested 2026-03-01 --township 006 \
         --standard x --packs 0",
        "a lot of 0 packs",
        "between 1 and",
    ),
    (
        "lot report 1 --laboratory x --number y --date 2026-01-01 --result passed",
        "a report of 2026-01-01 cannot be",
        "picked on 2026-03-20",
    ),
    (
        "lot report 1 --laboratory x --number y --date 2026-04-01 --result passed --document 9",
        "there is no document 9",
        "document list",
    ),
    ("lot recall 9 --reason x", "there is no lot 9", "lot list"),
    (
        "lot restore 1 --reason x --document y",
        "lot 1 is not recalled",
        "nothing has to be taken back",
    ),
    ("lot show 9", "there is no lot 9", "lot list"),
    ("ledger show 9999", "there is no entry 9999", "ledger list"),
    (
        "ledger correct 9999 --reason x --document y",
        "there is no entry 9999",
        "ledger list",
    ),
    (
        "ledger correct 1 --reason x --document y",
        "entry 1 is licensee_entered and cannot be taken back",
        "a note",
    ),
    ("ledger note 9999 --text x", "entry 9999", "ledger list"),
    // checks: that they could not be made has the same code
    (
        "verify --offline 4BD9-QV4N-Q0NZ-57DB",
        "a serial cannot be checked offline",
        "--offline",
    ),
    (
        "verify --offline --keyring nix.toml x",
        "nix.toml: No such file",
        "--keyring",
    ),
    (
        "verify --offline --keyring bad.toml x",
        "bad.toml: keyring.toml cannot be read: line 2",
        "--keyring",
    ),
    (
        "verify --keys nix x",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    (
        "verify --database sqlite:nix.db x",
        "there is no database at nix.db",
        "yuanmark migrate",
    ),
    (
        "verify --database sqlite:garbage.db x",
        "the file is no SQLite database",
        "--database",
    ),
    (
        "verify ''",
        "there is no code to check",
        "yuanmark verify 4BD9",
    ),
    (
        "verify --offline ' '",
        "there is no code to check",
        "yuanmark verify 4BD9",
    ),
    (
        "container check 1 --file junk.txt",
        "some lines name no mark",
        "check it again",
    ),
    // the audit trail
    (
        "trail list --from 2026-02-02 --until 2026-02-01",
        "--from 2026-02-02 comes after --until 2026-02-01",
        "earlier day with --from",
    ),
    (
        "trail export --out t.csv --from 2026-02-02 --until 2026-02-01",
        "--from 2026-02-02 comes after --until 2026-02-01",
        "earlier day with --from",
    ),
    // one-time codes
    (
        "user code approver --file nix",
        "there is no file nix",
        "otpauth address",
    ),
    (
        "user code approver --file empty.txt",
        "empty.txt holds no otpauth address of approver",
        "name the file that has it",
    ),
    // databases
    (
        "order list --database mysql://x",
        "must be sqlite:FILE or postgres:",
        "YUANMARK_DATABASE",
    ),
    (
        "migrate --database ''",
        "must be sqlite:FILE or postgres:",
        "YUANMARK_DATABASE",
    ),
    (
        "doctor --database sqlite:",
        "must be sqlite:FILE or postgres:",
        "YUANMARK_DATABASE",
    ),
    (
        "batch list --database sqlite:nix.db",
        "there is no database at nix.db",
        "yuanmark migrate",
    ),
    (
        "batch list --database sqlite:unmade.db",
        "the database is empty",
        "yuanmark migrate",
    ),
    (
        "batch list --database sqlite:foreign.db",
        "belongs to another program: it holds the table customers",
        "--database",
    ),
    (
        "migrate --database sqlite:foreign.db",
        "belongs to another program: it holds the table customers",
        "--database",
    ),
    // backups
    (
        "backup --out empty.txt",
        "empty.txt is there already",
        "another file",
    ),
    (
        "backup --out nix/x.backup",
        "nix/x.backup: No such file",
        "folder",
    ),
    (
        "backup --out x.backup --database postgres://me:secret@db/marks",
        "by its own tools",
        "pg_dump --format=custom --file=yuanmark.dump 'postgres://me@db/marks'",
    ),
    (
        "restore x.backup --database postgres://me:secret@db/marks",
        "by its own tools",
        "pg_restore --exit-on-error --single-transaction --no-owner --dbname='postgres://me@db/marks' yuanmark.dump",
    ),
    (
        "restore nix.backup --database sqlite:new.db",
        "nix.backup: No such file",
        "folder",
    ),
    (
        "restore yuanmark.db",
        "yuanmark.db is there already",
        "another file",
    ),
    (
        "restore yuanmark.db --database sqlite:new.db",
        "yuanmark.db is no backup",
        "yuanmark backup",
    ),
    (
        "restore garbage.db --database sqlite:new.db",
        "garbage.db is no backup",
        "yuanmark backup",
    ),
    (
        "restore empty.txt --database sqlite:new.db",
        "empty.txt is no backup",
        "yuanmark backup",
    ),
    (
        "restore foreign.db --database sqlite:new.db",
        "foreign.db is no backup",
        "yuanmark backup",
    ),
    (
        "batch list --database sqlite:newer.db",
        "at version 99, this program knows only 22",
        "newer",
    ),
    (
        "migrate --database sqlite:newer.db",
        "at version 99, this program knows only 22",
        "newer",
    ),
    (
        "serve --listen 127.0.0.1:0 --keys nix",
        "there are no keys in nix",
        "yuanmark key new",
    ),
    (
        "serve --listen 127.0.0.1:0 --database sqlite:nix.db",
        "no database at nix.db",
        "migrate",
    ),
    (
        "serve --listen 192.0.2.1:80",
        "cannot listen on 192.0.2.1:80",
        "--listen",
    ),
    (
        "doctor --passphrase-file nix",
        "no passphrase file nix",
        "--passphrase-file",
    ),
    // the demonstration
    ("demo --no-serve --dir empty.txt", "empty.txt: ", "--dir"),
    (
        "demo --no-serve --listen [::1]:80",
        "has the character '['",
        "--public-url",
    ),
    (
        "demo --listen 192.0.2.1:80 --dir d",
        "cannot listen on 192.0.2.1:80",
        "--listen",
    ),
    (
        "demo --no-serve --database sqlite:mine.db",
        "in a folder of its own",
        "leave out --database",
    ),
    (
        "demo --no-serve --keys mine",
        "in a folder of its own",
        "--dir",
    ),
    (
        "demo --passphrase-file empty.txt",
        "without a passphrase",
        "leave out",
    ),
];

/// What cannot even be read as a command: the error names the flag or value, and where help is.
const NOT_READ: &[(&str, &str)] = &[
    ("", "Usage: yuanmark"),
    ("nonsense", "unrecognized subcommand 'nonsense'"),
    ("key", "Usage: yuanmark key"),
    ("key new --id 256", "256 is not in 0..=255"),
    ("key retire", "<ID>"),
    (
        "key compromise 1 --since yesterday",
        "2026-04-02T08:00:00+08:00",
    ),
    ("licensee add --name x --basis both", "--uscc"),
    (
        "licensee add --name x --uscc 93430981MA4TEXT36L --basis both",
        "the check character of the unified social credit code is 'L', but should be 'K'",
    ),
    (
        "licensee add --name x --uscc 9343098IMA4TEXT36K --basis both",
        "character 8",
    ),
    (
        "licensee add --name x --uscc 934 --basis both",
        "has 18 characters, this one has 3",
    ),
    (
        "licensee add --name '' --uscc 93430981MA4TEXT36K --basis both",
        "--name",
    ),
    (
        "licensee add --name x --uscc 93430981MA4TEXT36K --basis none",
        "gi_product, ",
    ),
    (
        "licensee add --name x --uscc 93430981MA4TEXT36K --basis both",
        "--since",
    ),
    ("licensee apply --area 长沙=1", "008 胭脂湖街道"),
    ("licensee apply --area 008", "TOWNSHIP=MU"),
    ("licensee apply --area 008=1.234", "two decimals"),
    ("licensee apply --standard 虚构标准", "NUMBER VERSION"),
    (
        "licensee apply --form canned,x",
        "[possible values: fresh, canned",
    ),
    ("licensee show x", "invalid digit"),
    ("detect apply --reason x", "<FILE|--shipped>"),
    (
        "detect apply f.json --shipped --reason x",
        "cannot be used with",
    ),
    ("licensee show 0", "0 is not in 1.."),
    ("licensee end 1", "unrecognized subcommand 'end'"),
    ("licensee step 1", "<STEP>"),
    ("licensee step 1 x", "[possible values: review"),
    ("licensee step 1 cancel --ground x", "--date"),
    ("licensee step 1 cancel --date 2026-2-1", "as in 2026-04-02"),
    (
        "licensee step 1 cancel --date 2026-02-30",
        "as in 2026-04-02",
    ),
    ("licensee list --state x", "[possible values: applied"),
    ("document add --purpose x", "[possible values: artwork"),
    ("document list", "--licensee"),
    ("document get 1", "--out"),
    (
        "printer add --name x --uscc 51430981MJJTEXT52T",
        "--licence",
    ),
    ("coefficients set", "--kg-per-mu"),
    ("coefficients set --yield canned", "FORM=SHARE"),
    ("coefficients set --yield x=1", "a form is one of fresh"),
    ("coefficients set --scrap-tolerance 1.5", "1.5%"),
    ("coefficients set --kg-per-mu 1 --request x", "--upon"),
    (
        "coefficients set --kg-per-mu 0",
        "a mu yields 1 to 10,000 kg",
    ),
    (
        "coefficients set --kg-per-mu -1",
        "a mu yields 1 to 10,000 kg",
    ),
    (
        "coefficients set --kg-per-mu 99999999999",
        "a mu yields 1 to 10,000 kg",
    ),
    ("entitlement adjust --marks x", "-500 for fewer"),
    (
        "entitlement carry-over --season 2025 --licensee 1",
        "--form",
    ),
    ("transfer propose --marks=-1", "5,000"),
    ("transfer propose --marks 5,00", "5000 or 5,000"),
    ("entitlement adjust --marks -5,00", "-500 for fewer"),
    (
        "order new --licensee 1 --season 2026 --form x --product p --quantity 1",
        "fresh, canned",
    ),
    (
        "order new --licensee 1 --season 1999 --form dried --product p --quantity 1",
        "2000 to 2255",
    ),
    (
        "order new --licensee 1 --season 2026 --form dried --product p --quantity 0",
        "16,777,216",
    ),
    (
        "order new --licensee 1 --season 2026 --form dried --product p --quantity 5,00",
        "16,777,216",
    ),
    (
        "order new --licensee 1 --season 2026 --form dried --product p --quantity 1 --market 湖南,湖西",
        "no province is called 湖西",
    ),
    (
        "order new --licensee 1 --season 2026 --form dried --product p --quantity 16777217",
        "16,777,216",
    ),
    (
        "order new --licensee 1 --season 2026 --form dried --product p --quantity=-1",
        "16,777,216",
    ),
    ("alert list --province 湖西", "no province is called so"),
    ("order release 1", "--receiver"),
    ("order close 1", "--on-hand"),
    ("order list --state x", "[possible values: placed"),
    ("order list --limit 0", "1..=10000"),
    ("batch issue", "--order"),
    ("batch issue --order x", "invalid digit"),
    ("batch show 268435456", "268,435,455"),
    ("batch pack 1 --out o", "--public-url"),
    ("batch pack 1 --public-url http://a.cn", "--out"),
    (
        "batch pack 1 --out o --public-url https://a.cn/path",
        "and nothing else",
    ),
    (
        "batch pack 1 --out o --public-url a.cn",
        "begin with https:// or http://",
    ),
    ("batch pack 1 --out o --public-url https://a_b.cn", "'_'"),
    (
        "batch pack 1 --out o --public-url https://a-host-with-a-name-too-long.cn",
        "the symbol on every label would grow",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --range 5-2",
        "must not be larger",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --range x",
        "FIRST-LAST",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --range 0-16777216",
        "FIRST-LAST",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --dpi 72",
        "203, 300 or 600",
    ),
    (
        "batch pack 1 --out o --public-url http://a.cn --format eps",
        "[possible values: csv",
    ),
    ("mark activate --batch 1 --lot 1", "--range"),
    ("mark activate --batch 1 --skip-bad --lot 1", "--range"),
    (
        "mark withdraw --kind revoked --batch 1 --reason x",
        "--range",
    ),
    ("mark restore --kind frozen --batch 1 --reason x", "--range"),
    ("mark activate --range 0 --lot 1", "--batch"),
    ("mark activate --all --lot 1", "--batch"),
    (
        "mark activate --batch 1 --all --range 0 --lot 1",
        "cannot be used with",
    ),
    ("mark withdraw --batch 1 --all --reason x", "--kind"),
    (
        "mark withdraw --kind burnt --batch 1 --all --reason x",
        "[possible values: revoked",
    ),
    ("mark withdraw --kind lost --batch 1 --all", "--reason"),
    (
        "mark restore --kind revoked --batch 1 --all --reason x",
        "[possible values: recalled",
    ),
    ("mark activate --batch 1 --all", "--lot"),
    ("mark used --batch 1 --container 1", "cannot be used with"),
    ("mark used --delivery 1", "unexpected argument '--delivery'"),
    (
        "mark received --delivery 1 --all --batch 1",
        "cannot be used with",
    ),
    ("mark received --delivery 0", "0 is not in 1.."),
    (
        "mark printed --batch 1 --range 0 --except-spoiled x --reason y",
        "cannot be used with",
    ),
    (
        "mark printed --batch 1 --all --except-spoiled x",
        "--reason",
    ),
    (
        "mark printed --batch 1 --all --except-spoiled x --reason y --skip-bad",
        "cannot be used with",
    ),
    (
        "mark withdraw --kind destroyed --batch 1 --all --reason x",
        "--witness",
    ),
    ("container fill --kind roll --batch 1", "--range"),
    (
        "container fill --kind bag --batch 1 --range 0",
        "[possible values: roll",
    ),
    ("container check 1", "--file"),
    ("lot add --harvested x", "as in 2026-04-02"),
    ("lot report 1 --result x", "[possible values: passed"),
    ("ledger show 0", "0 is not in 1.."),
    ("ledger list --kind x", "order_approved"),
    ("ledger note 1", "--text"),
    ("verify", "<CODE>"),
    ("verify x --keyring keys/keyring.toml", "--offline"),
    ("serve --listen nowhere", "--listen"),
    ("serve --log-format xml", "[possible values: text"),
    ("migrate --force", "unexpected argument '--force'"),
    ("demo --public-url http://a.cn/t", "and nothing else"),
    ("serve --trusted-proxy 0.0.0.0/0", "this is everybody"),
];

/// Batch 1 of ten marks, licensee 2 whose right has ended, order 2 still open, batch 2 (of order 3) of 97 marks at the
/// printer's, lot 1 without a report, container 1, and files of every wrong kind.
fn crowded_program() -> Program {
    let program = Program::installed();
    program.add_batch(10, "--request first");
    program.add_order(5);
    program.done(
        "licensee add --name y --uscc 91430981MA4TEXT1XY --basis both --since 2026-01-05 --document x --form canned",
    );
    program.done("licensee step 2 cancel --date 2026-02-01 --ground x --document y");
    assert_eq!(program.add_batch(97, ""), 2);
    program.done("order release 3 --receiver x");
    program.done("container fill --kind box --batch 1 --range 0-3");
    program.done(
        "lot add --licensee 1 --season 2026 --form canned --code x --product x --harvested 2026-03-20 \
         --township 006 --standard x --packs 10",
    );
    program.write("large.pdf", &format!("%PDF-{}", "x".repeat(10 << 20)));
    program.done("batch pack 1 --out pack --public-url http://a.cn");
    program.write("empty.txt", "");
    program.write("open.txt", "a passphrase that everyone may read\n");
    crate::support::program::set_mode(&program.path("empty.txt"), 0o600);
    crate::support::program::set_mode(&program.path("open.txt"), 0o644);
    program.write("comments.txt", "# nothing\n\n  \n");
    program.write("lines.txt", "1\n");
    program.write("bad_lines.txt", "1\nx\n");
    program.write("junk.txt", "0-3\njunk\n");
    program.write("bad.toml", "x = 1\ny = [");
    program.write("garbage.db", &"this is no database. ".repeat(100));
    std::fs::write(program.path("binary.bin"), [0xFF, 0xFE, 0x00]).unwrap();
    program.write("unmade.db", "");
    program
}

/// All that the program keeps: its tables as it lists them, and every file but those of SQLite, which are touched by
/// looking.
fn all_that_is_kept(program: &Program) -> (Vec<Value>, BTreeMap<PathBuf, Vec<u8>>) {
    let lists = [
        "ledger head",
        "licensee list",
        "order list",
        "batch list",
        "batch show 1",
        "batch show 2",
        "mark show 1-0",
    ];
    let mut files = program.files(".");
    files.retain(|path, _| !path.to_string_lossy().contains(".db"));
    (lists.map(|line| program.json(line)).to_vec(), files)
}

#[tokio::test]
async fn wrong_input_costs_two_lines_and_changes_nothing() {
    let program = crowded_program();
    make_newer(&program).await;
    make_foreign(&program).await;
    let before = all_that_is_kept(&program);
    for (line, what, advice) in REFUSED {
        let refusal = program.refused(line);
        assert!(refusal.what.contains(what), "{line}\n{refusal:?}");
        assert!(refusal.advice.contains(advice), "{line}\n{refusal:?}");
        assert_eq!(as_json(&program, line), refusal, "{line}");
    }
    assert_eq!(all_that_is_kept(&program), before);
}

#[test]
fn what_is_no_command_is_explained_and_changes_nothing() {
    let program = crowded_program();
    let before = all_that_is_kept(&program);
    for (line, explained) in NOT_READ {
        let ran = program.run(line);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}\n{ran:?}");
        assert!(ran.stderr.contains(explained), "{line}\n{}", ran.stderr);
        let names_help = ran.stderr.contains("--help") || ran.stderr.contains("Usage:");
        assert!(names_help, "{line}\n{}", ran.stderr);
    }
    assert_eq!(all_that_is_kept(&program), before);
}

/// The same refusal as `--json` tells it on standard error.
fn as_json(program: &Program, line: &str) -> Refusal {
    let ran = program.run(&format!("{line} --json"));
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{line}\n{ran:?}");
    let error: Value = serde_json::from_str(&ran.stderr).unwrap_or_else(|_| panic!("{ran:?}"));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let details = error["details"].as_array().unwrap();
    assert_eq!(error.as_object().unwrap().len(), 3, "{error}");
    Refusal {
        what: text(&error["error"]),
        details: details.iter().map(text).collect(),
        advice: text(&error["advice"]),
    }
}

/// `newer.db`, as a program of the future would leave it.
async fn make_newer(program: &Program) {
    program.done("migrate --database sqlite:newer.db");
    let store = Store::connect(&DatabaseUrl::Sqlite(program.path("newer.db"))).await;
    let Ok(Store::Sqlite { writer, .. }) = store else {
        panic!("newer.db was made a moment ago");
    };
    let sql =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
        VALUES (99, 'the future', TRUE, x'00', 1)";
    sqlx::query(sql).execute(&writer).await.unwrap();
    writer.close().await;
}

/// `foreign.db`, of another program.
async fn make_foreign(program: &Program) {
    let foreign = DatabaseUrl::Sqlite(program.path("foreign.db"));
    let store = Store::connect_or_create(&foreign).await;
    let Ok(Store::Sqlite { writer, .. }) = store else {
        panic!("a database is made where there is none");
    };
    let sql = "CREATE TABLE customers (name TEXT)";
    sqlx::query(sql).execute(&writer).await.unwrap();
    writer.close().await;
}

#[test]
fn bad_lines_are_told_with_their_numbers() {
    let program = Program::with_batch(10);
    let foreign = program.add_batch(5, "");
    let foreign = program.json(&format!("mark show {foreign}-0"))["serial"].to_string();
    let long = "笋".repeat(1000);
    let text = format!(
        "# from the press\n3\n20\n5-2\nnonsense\n{}\n4BD9-QV4N-Q0NZ-57DB\n\u{1b}[31mred\n{long}\n7\n",
        foreign.trim_matches('"')
    );
    program.write("bad.txt", &text);
    let line = "mark withdraw --kind frozen --batch 1 --file bad.txt --reason x";
    let refusal = program.refused(line);
    assert_eq!(
        refusal.what,
        "7 of 9 lines cannot be taken; nothing was changed"
    );
    let details: Vec<&str> = refusal.details.iter().map(String::as_str).collect();
    assert_eq!(
        details,
        [
            "line 3: 20 goes beyond batch 1, whose last index is 9",
            "line 4: 5-2 runs backwards: the first mark must not come after the last",
            "line 5: nonsense is neither a serial, an index nor a range",
            &format!(
                "line 6: {} belongs to batch 2, not to batch 1",
                foreign.trim_matches('"')
            ),
            "line 7: 4BD9-QV4N-Q0NZ-57DB is not a serial of ours",
            "line 8: \\u{1b}[31mred is neither a serial, an index nor a range",
            &format!(
                "line 9: {}… is neither a serial, an index nor a range",
                "笋".repeat(60)
            ),
        ]
    );
    let states = |program: &Program| program.json("batch show 1")["marks_by_state"].clone();
    assert_eq!(states(&program), json!({"not_activated": 10}));

    let done = program.done(&format!("{line} --skip-bad"));
    assert!(done.contains("line 3: 20 goes beyond batch 1, whose last index is 9; passed over"));
    assert!(
        done.contains("frozen: 2 marks; entry ") && done.contains("\n  batch 1: 3\n  batch 1: 7\n"),
        "{done}"
    );
    assert_eq!(states(&program), json!({"frozen": 2, "not_activated": 8}));
}

#[test]
fn a_file_of_many_bad_lines_does_not_flood_the_screen() {
    let program = Program::with_labels(10);
    program.write("bad.txt", &"x\n".repeat(1000));
    let refusal = program.refused("mark activate --batch 1 --file bad.txt --lot 1");
    assert_eq!(refusal.details.len(), 21);
    assert_eq!(refusal.details[20], "… and 980 more");
}

#[test]
fn a_database_out_of_reach_is_told_by_the_reason_and_without_its_password() {
    let program = Program::installed();
    let addresses = [
        "postgres://u:seCret@:x:y/",
        "mysql://u:seCret@host/db",
        "postgres://u:seCret@127.0.0.1:1/db",
        "postgres://127.0.0.1:1/db?user=u&password=seCret",
    ];
    let commands = ["order list", "migrate", "doctor"];
    let lines =
        addresses.map(|address| commands.map(|command| format!("{command} --database {address}")));
    // All at once: that a server does not answer takes seconds to find out.
    let children = lines.as_flattened().iter().map(|line| {
        let mut command = program.command(line);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        (line, child.unwrap())
    });
    for (line, child) in children.collect::<Vec<_>>() {
        let ran = Ran::of(&child.wait_with_output().unwrap(), line);
        assert!(
            ran.code > 0 && !format!("{ran:?}").contains("seCret"),
            "{line}\n{ran:?}"
        );
    }
}
