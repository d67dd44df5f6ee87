//! The page that explains mark, product and check, in English.

use crate::http::pages::text::AboutTexts;

/// The words.
pub const WORDS: AboutTexts = AboutTexts {
    link: "About the mark",
    lead: "What the mark is, what the product is, and what a check can and cannot tell you.",
    mark_heading: "The special mark",
    mark: "Since 1 April 2025 Yuanjiang asparagus (reed shoots) has been a nationally recognised geographical indication product (announcement No. 625); it is a certification mark as well.",
    mark_users: "A firm applies, is reviewed, and is announced as approved before it may use the mark. How many marks it gets for a season follows from the surveyed area of its beds.",
    mark_beside: "Beside the mark there is always the credit code (USCC) of the firm that uses it. Who may use it, and whose right has ended, is in the {link}.",
    product_heading: "What Yuanjiang asparagus is",
    product: "Yuanjiang asparagus (reed shoots) is the young stem of a tall reed of Dongting lake. In spite of its name it is not botanical asparagus, the green or white vegetable.",
    product_season: "It is picked from early March to early April, for about 40 days, of which the best are 10 to 15.",
    product_forms: "It is sold fresh, and also frozen, salted, ready to eat, canned, dried and as a powder.",
    check_heading: "How a check works",
    check_code: "Every mark has a number of its own. The number in the QR code carries a digital signature that nobody can make without the key.",
    check_state: "When you scan it, we check the signature, and whether the mark is in use, has been revoked or recalled, or is past its season.",
    check_count: "Then we look which query this is, and when and in which province the first one was.",
    check_compare: "Last we list product, firm and season for you to compare with the pack in your hand.",
    limits_heading: "What a check cannot tell",
    limits_copy: "A valid number does not mean that all is well with this pack: a valid QR code can be copied onto another one. That is why you compare.",
    limits_count: "Many checks do not mean that something is wrong, and a first check does not mean that nothing is.",
    limits_quality: "A check is about the mark. It is no test of the quality of this pack.",
    hidden_heading: "The hidden code",
    hidden: "Some labels have film with 8 characters below it, which can be checked once. Nobody can see them before the film is scratched; so a first check, film that was whole, and a pack that agrees are the strongest sign there is.",
    hidden_when: "Buy it first, then scratch, and check at once: {link}.",
    hidden_link: "check a hidden code",
    offline_heading: "Without a network",
    offline: "A phone that has opened this site can check the signature in a QR code without a network, tell whose it is and of which season, and look the mark up in a list of withdrawn marks that it keeps. What was withdrawn since the date of the list, and how often the mark was checked, is known only with a network; the page says the date and what was not checked.",
    domain_heading: "How to tell the true address",
    domain: "The QR code on a true mark opens this address only. Look for it in the address bar of your browser.",
    domain_alike: "An address that differs by one letter, or has more before or after it, is another one. If another site says “first check”, that counts for nothing.",
    call_heading: "Whom to call",
    call: "If a pack does not agree, or comes from a doubtful source, you can {report} online, or call {tel}. Keep the pack and the receipt.",
    call_directory: "Whether a firm may use the mark stands in the {link}.",
    heading: &["Yuanjiang asparagus", "and its mark"],
};
