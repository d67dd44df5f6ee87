//! The page that explains mark, product and check, in Chinese.

use crate::http::pages::text::AboutTexts;

/// The words.
pub const WORDS: AboutTexts = AboutTexts {
    link: "关于标志",
    lead: "这是什么标志，这是什么笋，查询能告诉您什么，不能告诉您什么。",
    mark_heading: "专用标志",
    mark: "沅江芦笋自 2025 年 4 月 1 日起是国家认定的地理标志产品（第 625 号公告），同时也是证明商标。",
    mark_users: "企业要经过申请、初审、核准公告，才能使用专用标志。每个年度能用多少枚，按测定的基地面积核定。",
    mark_beside: "标志旁边一定印着使用企业的统一社会信用代码。谁可以用，谁的资格已经终止，见{link}。",
    product_heading: "沅江芦笋是什么",
    product: "它是南荻笋：洞庭湖边南荻的嫩茎。名叫芦笋，却不是石刁柏，也就是常见的绿芦笋、白芦笋。",
    product_season: "每年三月初到四月初采收，前后约 40 天，最盛的只有 10 到 15 天。",
    product_forms: "有鲜品，也有速冻、盐渍、即食、罐头、干品和粉。",
    check_heading: "查询是怎样进行的",
    check_code: "每枚标志有自己的编号。二维码里的编号带着数字签名，没有密钥的人编不出来。",
    check_state: "扫码之后，我们核对签名，看这枚标志是否已经启用，有没有撤销、召回，是不是已经过季。",
    check_count: "再看这是第几次查询，第一次在什么时候、哪个省。",
    check_compare: "最后把产品、企业、年度列出来，请您与手中的包装逐项对照。",
    limits_heading: "查询不能告诉您什么",
    limits_copy: "编号有效，不等于这包产品就没有问题：有效的二维码也可能被抄到别的包装上。所以要对照。",
    limits_count: "查询次数多，不等于有问题；第一次查询，也不等于没有问题。",
    limits_quality: "查询说的是标志，不是对这包产品质量的检验。",
    hidden_heading: "暗码",
    hidden: "有的标签带一层涂层，下面是 8 位暗码，只能验证一次。没有刮开之前谁也看不到它，所以第一次验证、涂层原本完好、包装又对得上，是最有力的证明。",
    hidden_when: "请买下之后再刮，刮开当时就验证：{link}。",
    hidden_link: "验证暗码",
    offline_heading: "没有网络的时候",
    offline: "打开过本站的手机，没有网络也能核对二维码里的签名，知道它属于哪家企业、哪个年度，并对照手机里存的停用清单。清单日期以后的撤销、查询过几次，要等有网络时才知道；页面会写明清单的日期和哪些没有查到。",
    domain_heading: "怎样认出真实域名",
    domain: "专用标志的二维码只打开这个域名。打开之后，请看浏览器地址栏里是不是它。",
    domain_alike: "只差一个字母、前后多了字的，都不是。别的网址上说“第一次查询”，不作数。",
    call_heading: "有疑问找谁",
    call: "包装对不上、来路可疑的，可以在线{report}，或拨打 {tel}，留好包装和购买凭证。",
    call_directory: "想知道一家企业能不能用这个标志，请查{link}。",
    heading: &["关于沅江芦笋", "和它的标志"],
};
