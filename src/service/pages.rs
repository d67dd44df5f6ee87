//! What a page says when a use case did not do what was asked. For what is the machine's fault the command line and the
//! JSON interface have English words of their own.

use super::ServiceError;
use crate::domain::keyring::KeyringError;
use crate::domain::said::{Said, said};
use crate::sheets::SheetError;
use crate::store::StoreError;

impl ServiceError {
    /// What is wrong, for a page. What the system or a driver says stays out of it: that is for the log.
    pub fn said(&self) -> Said {
        match self {
            Self::Refused(refusal) => refusal.what.clone(),
            Self::BadLines { bad, lines } => said!(
                "{bad} of {} lines cannot be taken; nothing was changed", lines.len();
                "{bad} 行不能办理（共 {} 行），台账没有任何改动", lines.len()
            ),
            Self::Store(error) => of_store(error),
            Self::Keystore(_) => said!("the keys cannot be used", "密钥无法使用"),
            Self::Keyring(KeyringError::Unknown(id)) => {
                said!("there is no key {id} in the keyring", "没有签名密钥 {id}")
            }
            Self::Keyring(KeyringError::Full) => said!(
                "all 256 key ids are used; no further key can be made",
                "256 个密钥编号已全部用完，不能再添新密钥"
            ),
            Self::Keyring(_) => said!("the keyring cannot be used", "密钥清单无法使用"),
            Self::Files { .. } => said!("a file could not be read or written", "文件读写失败"),
            Self::Sheet(SheetError::TooManyRows { limit }) => said!(
                "an Excel sheet holds {limit} rows of data and there are more",
                "Excel 表格最多 {limit} 行数据，本次超出"
            ),
            Self::Sheet(_) => said!("the table could not be made", "表格未能生成"),
            Self::Render(_) => said!("a label could not be drawn", "标志图形未能生成"),
        }
    }

    /// What to do, for a page; the English is blank where it could only name a command.
    pub fn advice_for_pages(&self) -> Said {
        match self {
            Self::Refused(refusal) => {
                let (zh, en) = refusal.advice_for_pages();
                Said::new(en.unwrap_or_default(), zh)
            }
            Self::BadLines { .. } => said!(
                "mend these lines, or take the good ones alone",
                "请改正这些行，或只办理没有问题的行"
            ),
            Self::Store(StoreError::Unavailable(_) | StoreError::TooSlow) => {
                said!(
                    "try again in a moment",
                    "请稍后重试；仍然如此，请联系系统管理员"
                )
            }
            Self::Keyring(KeyringError::Unknown(_)) => {
                said!("choose one of the keys there are", "请在密钥列表中选择")
            }
            Self::Sheet(SheetError::TooManyRows { .. }) => said!(
                "take CSV, or choose fewer rows",
                "请改用 CSV 格式，或缩小范围"
            ),
            Self::Store(_)
            | Self::Keystore(_)
            | Self::Keyring(_)
            | Self::Files { .. }
            | Self::Sheet(_)
            | Self::Render(_) => said!("tell whoever runs this installation", "请联系系统管理员"),
        }
    }
}

fn of_store(error: &StoreError) -> Said {
    match error {
        StoreError::Unavailable(_) | StoreError::TooSlow => {
            said!("the database did not answer", "数据库暂时没有应答")
        }
        StoreError::NumbersUsedUp(_) => said!(
            "the code format has no room for more numbers",
            "编号已经用完，不能再添"
        ),
        StoreError::BrokenRow { .. } => said!(
            "the database was changed by other means",
            "数据库的记录被其他途径改动过"
        ),
        StoreError::NoDatabase(_)
        | StoreError::Foreign(_)
        | StoreError::OldServer(_)
        | StoreError::Backup(_)
        | StoreError::TooOld { .. }
        | StoreError::TooNew { .. }
        | StoreError::TrialData(_)
        | StoreError::Moved { .. }
        | StoreError::UnfinishedCopy
        | StoreError::CopyDiffers { .. }
        | StoreError::Migrate(_) => {
            said!("the database cannot be used as it is", "数据库目前不能使用")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::key_id::KeyId;
    use crate::domain::refusal::Refusal;

    #[test]
    fn a_page_names_no_command_and_nothing_of_the_machine() {
        let refused: ServiceError = Refusal::no_such(
            said!("there is no order 12", "没有印制订单 12"),
            said!("`yuanmark order list` shows them", "请在印制订单列表中选择"),
        )
        .into();
        assert_eq!(
            refused.said(),
            Said::new("there is no order 12", "没有印制订单 12")
        );
        let advice = refused.advice_for_pages();
        assert_eq!(advice, Said::new("", "请在印制订单列表中选择"));

        let slow = ServiceError::from(StoreError::TooSlow);
        assert_eq!(slow.said().zh, "数据库暂时没有应答");
        assert!(slow.advice_for_pages().zh.starts_with("请稍后重试"));

        let source = std::io::Error::other("secret/path");
        let path = "secret/path".into();
        for error in [
            ServiceError::Files { path, source },
            ServiceError::Keyring(KeyringError::Unknown(KeyId(7))),
            ServiceError::Store(StoreError::NoDatabase("secret/path".to_owned())),
            ServiceError::BadLines {
                bad: 0,
                lines: Vec::new(),
            },
        ] {
            let (said, advice) = (error.said(), error.advice_for_pages());
            assert!(!said.zh.is_empty() && !advice.zh.is_empty());
            assert!(!said.en.contains("secret") && advice.english_for_pages().is_some());
        }
    }
}
