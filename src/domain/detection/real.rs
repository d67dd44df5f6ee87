//! Exponential and logarithm out of additions, multiplications and divisions alone.
//!
//! IEEE 754 says to the last bit what those give; what `f64::exp` gives is the business of each system's mathematics
//! library. So a posterior worked out here is the same on every machine.

const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
/// 1 / n!, from 0.
const FACTORIALS: [f64; 13] = [
    1.0,
    1.0,
    0.5,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5_040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
];
/// 1 / (2 n + 1), from 0.
const ODD: [f64; 11] = [
    1.0,
    1.0 / 3.0,
    1.0 / 5.0,
    1.0 / 7.0,
    1.0 / 9.0,
    1.0 / 11.0,
    1.0 / 13.0,
    1.0 / 15.0,
    1.0 / 17.0,
    1.0 / 19.0,
    1.0 / 21.0,
];
const HALF_OF_MANTISSA: u64 = 0x3fe6_a09e_667f_3bcd; // sqrt(1/2)

/// e to the power of `x`; 0 below -700, and never more than e^700.
pub fn exp(x: f64) -> f64 {
    if x < -700.0 {
        return 0.0;
    }
    let x = x.min(700.0);
    let powers = x * std::f64::consts::LOG2_E + if x < 0.0 { -0.5 } else { 0.5 };
    #[allow(clippy::cast_possible_truncation)]
    // within ±1011; `trunc` is a call into the system's library
    let powers = f64::from(powers as i32);
    let rest = (x - powers * LN2_HIGH) - powers * LN2_LOW;
    // |rest| <= 0.35: the twelfth term is below half a unit in the last place.
    let sum = FACTORIALS
        .iter()
        .rev()
        .fold(0.0, |sum, one| sum * rest + one);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within ±1011
    let bits = ((1023 + powers as i64) as u64) << 52;
    sum * f64::from_bits(bits)
}

/// The natural logarithm of a positive normal number; -745 for what is smaller.
pub fn ln(x: f64) -> f64 {
    if x < f64::MIN_POSITIVE {
        return -745.0;
    }
    let shifted = x.to_bits() + (0x3ff0_0000_0000_0000 - HALF_OF_MANTISSA);
    #[allow(clippy::cast_possible_truncation)] // eleven bits
    let power = f64::from((shifted >> 52) as i32 - 1023);
    let mantissa = f64::from_bits((shifted & 0x000f_ffff_ffff_ffff) + HALF_OF_MANTISSA);
    let s = (mantissa - 1.0) / (mantissa + 1.0);
    let square = s * s;
    let sum = ODD.iter().rev().fold(0.0, |sum, one| sum * square + one);
    power * LN2_HIGH + (2.0 * s * sum + power * LN2_LOW)
}

/// ln(e^a + e^b).
pub fn ln_sum(a: f64, b: f64) -> f64 {
    let (low, high) = if a < b { (a, b) } else { (b, a) };
    high + ln(1.0 + exp(low - high))
}

/// ln of a weighted sum of powers of e.
pub fn ln_mean(weights: &[f64], logs: &[f64]) -> f64 {
    let highest = logs.iter().copied().fold(f64::MIN, f64::max);
    let parts = weights.iter().zip(logs);
    highest + ln(parts.map(|(weight, log)| weight * exp(log - highest)).sum())
}

/// The probability of log-odds.
pub fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + exp(-log_odds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_system_s_to_the_fourteenth_digit() {
        for n in -6999..=6999 {
            let x = f64::from(n) / 10.0;
            assert!((exp(x) / x.exp() - 1.0).abs() < 1e-14, "{x}");
        }
        for n in 1..20_000 {
            let x = f64::from(n) * f64::from(n) / 7919.0;
            assert!(
                (ln(x) - x.ln()).abs() < 1e-14 * x.ln().abs().max(1.0),
                "{x}"
            );
        }
        assert_eq!(exp(0.0).to_bits(), 1.0_f64.to_bits());
        assert_eq!(ln(1.0).to_bits(), 0.0_f64.to_bits());
        assert!(ln(0.0) < -700.0 && exp(-1000.0) < f64::MIN_POSITIVE);
    }

    #[test]
    fn the_bits_are_these_on_every_machine() {
        assert_eq!(exp(1.0).to_bits(), 0x4005_bf0a_8b14_576a);
        assert_eq!(ln(10.0).to_bits(), 0x4002_6bb1_bbb5_5516);
    }
}
