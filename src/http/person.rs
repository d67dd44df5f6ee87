//! Whether a request comes from a person, or from a program that opens an address for a preview or an index.
//!
//! The list is `data/not-people.txt`. This runs for every request: one pass over the header, in which nothing is copied.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Match, MatchKind};
use axum::http::{HeaderMap, Method, header};

const LIST: &str = include_str!("../../data/not-people.txt");

/// The headers in which browsers say that nobody looks yet: Chromium's, its old one, Safari's, Firefox's old one.
const PURPOSES: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

static NAMES: LazyLock<Names> = LazyLock::new(|| Names::new(LIST));

/// Whether this is a person's request: neither a question for the head alone, nor ahead of the person, nor from a
/// program of the list.
pub fn asks(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_ahead = PURPOSES
        .iter()
        .filter_map(|name| text(name))
        .any(|purpose| purpose.contains("prefetch") || purpose.contains("preview"));
    let agent = headers.get(header::USER_AGENT);
    let agent = agent.map_or(&[][..], |agent| agent.as_bytes());
    *method != Method::HEAD && !is_ahead && !NAMES.name_a_program(agent)
}

/// The list, as an automaton.
struct Names {
    automaton: AhoCorasick,
    /// What each pattern of the automaton means.
    rules: Vec<Rule>,
}

/// A line of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Rule {
    /// It counts at the beginning only.
    begins: bool,
    /// It counts where a word ends only.
    ends_a_word: bool,
    /// It is a person's: what it covers is passed over.
    is_a_person_s: bool,
}

/// A line of the list, if it says anything.
fn line(line: &str) -> Option<(&str, Rule)> {
    let line = line.split('#').next().unwrap_or_default().trim();
    let begins = line.strip_prefix('^');
    let person_s = line.strip_prefix('!');
    let word = begins.or(person_s).unwrap_or(line);
    let ends = word.strip_suffix('$');
    let rule = Rule {
        begins: begins.is_some(),
        ends_a_word: ends.is_some(),
        is_a_person_s: person_s.is_some(),
    };
    let word = ends.unwrap_or(word);
    (!word.is_empty()).then_some((word, rule))
}

impl Names {
    fn new(list: &str) -> Self {
        let (words, rules): (Vec<&str>, _) = list.lines().filter_map(line).unzip();
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .kind(Some(AhoCorasickKind::DFA))
            .build(words);
        Self {
            automaton: automaton.expect("a short list of words fits into an automaton"),
            rules,
        }
    }

    fn name_a_program(&self, agent: &[u8]) -> bool {
        self.automaton
            .find_iter(agent)
            .any(|found| self.counts(agent, found))
    }

    fn counts(&self, agent: &[u8], found: Match) -> bool {
        let rule = self.rules[found.pattern()];
        let next = agent.get(found.end());
        !rule.is_a_person_s
            && (!rule.begins || found.start() == 0)
            && (!rule.ends_a_word || !next.is_some_and(u8::is_ascii_alphanumeric))
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn person(method: &Method, name: &'static str, value: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
        asks(method, &headers)
    }

    /// Browsers and apps in which people open what they scan.
    const PEOPLE: [&str; 21] = [
        "",
        "Mozilla/5.0 (Linux; Android 14; 23127PN0CC Build/UKQ1.230804.001; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240404 MMWEBID/1 MicroMessenger/8.0.49.2600(0x28003137) WeChat/arm64 Weixin NetType/5G Language/zh_CN ABI/arm64",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50(0x18003231) NetType/WIFI Language/zh_CN",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50 miniProgram/wx0000000000000000",
        "Mozilla/5.0 (Linux; Android 13; V2183A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/109.0 MQQBrowser/6.2 TBS/046281 Mobile Safari/537.36 V1_AND_SQ_9.0.0_5282_YYB_D QQ/9.0.0.14110 NetType/4G",
        "Mozilla/5.0 (Linux; U; Android 12; zh-CN; NOH-AN00) AppleWebKit/537.36 UCBrowser/15.5 Mobile Safari/537.36 AliApp(DingTalk/7.0.50) com.alibaba.android.rimet/1",
        "Mozilla/5.0 (Linux; Android 14; PGT-AN00) AppleWebKit/537.36 Chrome/110.0 Mobile Safari/537.36 Lark/7.18.6 LarkLocale/zh_CN Feishu ChannelName/Feishu",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Weibo (iPhone15,2__weibo__14.7.0__iphone__os16.6)",
        "Mozilla/5.0 (Linux; Android 12) AppleWebKit/537.36 Chrome/116.0 Mobile Safari/537.36 aweme_290000 JsSdk/1.0 NetType/4G BytedanceWebview/d8a21c6",
        "Mozilla/5.0 (Linux; U; Android 11; zh-cn) AppleWebKit/537.36 AlipayClient/10.5.96 Nebula AlipayDefined(nt:4G)",
        "Mozilla/5.0 (Linux; Android 11; CUBOT X30) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 9; CUBOT_POWER) AppleWebKit/537.36 Chrome/89.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 13; SM-A536B) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36 WhatsApp/2.24.1",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/440.0;FBDV/iPhone14,5]",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 300.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari Line/13.16.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 [LinkedInApp]/9.29",
        "Mozilla/5.0 (Linux; Android 12; HarmonyOS; ELS-AN00) AppleWebKit/537.36 HuaweiBrowser/14.0 Mobile Safari/537.36 baiduboxapp/13.50",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
        "Abbott/1.0 (a firm's own browser)",
        "okhttp/4.12.0",
    ];

    /// One header at least for each line of the list that is not a person's.
    const PROGRAMS: [&str; 50] = [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Twitterbot/1.0",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
        "DingTalkBot-LinkService/1.0 (+https://open-doc.dingtalk.com/microapp/faquestions/ftpfeu)",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0",
        "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)",
        "Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)",
        "Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)",
        "Mozilla/5.0 (Linux; Android 7.0) AppleWebKit/537.36 Chrome/57 Mobile Safari/537.36 MicroMessenger mpcrawler",
        "Mozilla/5.0 (compatible; Baiduspider/2.0; +http://www.baidu.com/search/spider.html)",
        "Sogou web spider/4.0(+http://www.sogou.com/docs/help/webmasters.htm#07)",
        "Mozilla/5.0 (Linux; Android 5.0) AppleWebKit/537.36 (compatible; Bytespider; spider-feedback@bytedance.com)",
        "Mozilla/5.0 (compatible; Weibo spider)",
        "facebookexternalhit/1.1;line-poker/1.0",
        "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/",
        "facebookcatalog/1.0",
        "meta-externalagent/1.1 (+https://developers.facebook.com/docs/sharing/webmasters/crawler)",
        "WhatsApp/2.23.20.0 A",
        "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com",
        "Mozilla/5.0 (compatible; MicrosoftPreview/2.0; +https://aka.ms/MicrosoftPreview)",
        "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/534 BingPreview/1.0b",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
        "Mozilla/5.0 (compatible; vkShare; +http://vk.com/dev/Share)",
        "Mozilla/5.0 (compatible; Snap URL Preview Service; Snapchat)",
        "Yahoo Link Preview",
        "Chatwork LinkPreview v1",
        "Bitrix link preview",
        "ClickUpLinkUnfurler/1.0",
        "RichLink/1",
        "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
        "Iframely/1.3.1 (+https://iframely.com/docs/about)",
        "Discourse Forum Onebox v3",
        "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.example/)",
        "Pleroma 2.5.0; https://example.org",
        "Misskey/13.0",
        "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)",
        "ia_archiver (+http://www.alexa.com/site/help/webmasters)",
        "Mediapartners-Google",
        "FeedFetcher-Google; (+http://www.google.com/feedfetcher.html)",
        "Mozilla/5.0 (compatible; Google-InspectionTool/1.0;)",
        "Mozilla/5.0 AppleWebKit/537.36 (compatible; ChatGPT-User/1.0; +https://openai.com)",
        "Mozilla/5.0 AppleWebKit/537.36 (compatible; Perplexity-User/1.0; +https://perplexity.ai/perplexity-user)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Claude-User/1.0)",
        "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 Chrome/99 Mobile Safari/537.36 (compatible; GoogleOther)",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Mobile Safari/537.36 (compatible; Google-Read-Aloud)",
        "Mozilla/5.0 (Linux; Android 11; moto g power) AppleWebKit/537.36 Chrome/109 Mobile Safari/537.36 Chrome-Lighthouse",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app) Chrome/100 Safari/537.36",
    ];

    #[test]
    fn people_are_never_taken_for_programs() {
        for agent in PEOPLE {
            assert!(person(&Method::GET, "user-agent", agent), "{agent}");
            assert!(!person(&Method::HEAD, "user-agent", agent), "{agent}");
        }
        assert!(asks(&Method::GET, &HeaderMap::new()), "no name at all");
    }

    #[test]
    fn programs_are_told_in_any_case() {
        for agent in PROGRAMS {
            assert!(!person(&Method::GET, "user-agent", agent), "{agent}");
            assert!(
                NAMES.name_a_program(agent.to_uppercase().as_bytes()),
                "{agent}"
            );
        }
    }

    #[test]
    fn what_a_browser_opens_ahead_is_no_query() {
        for (name, value) in [
            ("sec-purpose", "prefetch;prerender"),
            ("purpose", "prefetch"),
            ("x-purpose", "preview"),
            ("x-moz", "prefetch"),
        ] {
            assert!(!person(&Method::GET, name, value), "{name}");
        }
        assert!(person(&Method::GET, "sec-fetch-dest", "document"));
    }

    #[test]
    fn every_line_of_the_list_says_one_thing() {
        let lines: Vec<_> = LIST.lines().filter_map(line).collect();
        assert!(lines.len() > 35);
        for (at, (word, rule)) in lines.iter().enumerate() {
            assert_eq!(*word, word.to_ascii_lowercase());
            assert!(!rule.is_a_person_s || !rule.begins, "{word}");
            let same = lines[..at].iter().any(|(earlier, _)| earlier == word);
            assert!(!same, "{word} stands there twice");
            let headers = if rule.is_a_person_s {
                &PEOPLE[..]
            } else {
                &PROGRAMS
            };
            let is_in_use = |header: &&str| header.to_ascii_lowercase().contains(word);
            assert!(headers.iter().any(is_in_use), "no header has {word}");
        }
    }

    #[test]
    fn the_marks_of_a_line() {
        let names = Names::new("^one # first\ntwo$\n!threetwo\n\n# nothing\n");
        assert_eq!(names.rules.len(), 3);
        for (agent, is_a_program) in [
            ("one", true),
            ("a one", false),
            ("a Two/1", true),
            ("two1", false),
            ("threetwo", false),
            ("threetwo two", true),
            ("\u{4e8c}two", true),
        ] {
            assert_eq!(
                names.name_a_program(agent.as_bytes()),
                is_a_program,
                "{agent}"
            );
        }
    }
}
