//! The generator draws what CPython 3.11 draws. The values were written down from
//! `random.Random(seed)`, called in the order of [`Drawn`]'s fields.

use firewatch_reference::PythonRandom;
use firewatch_scenario::RandomStreams;

#[derive(Debug, PartialEq)]
struct Drawn {
    /// `random()`
    units: [f64; 2],
    /// `randint(0, 604800)`
    whole: [i64; 4],
    /// `"".join(choices("0123456789abcdef", k=7))`
    text: &'static str,
    /// `choice(range(43))`
    choice: usize,
    /// `sample(range(43), 7)`, out of a pool
    seven: [usize; 7],
    /// `sample(range(43), 5)`, by rejection
    five: [usize; 5],
    /// `sample(range(6), 3)`
    three: [usize; 3],
    /// `sample(range(300), 12)`, by rejection
    twelve: [usize; 12],
    /// `randrange(2**40 + 5)`, which takes two words at a time
    long: usize,
}

fn draw(seed: u64, text: &'static str) -> Drawn {
    let mut random = PythonRandom::new(seed);
    let units = [random.unit(), random.unit()];
    let whole = [(); 4].map(|()| random.whole(0, 604_800));
    let drawn_text = random.text::<7>(b"0123456789abcdef");
    let up_to = |count: usize| (0..count).collect::<Vec<_>>();
    Drawn {
        units,
        whole,
        text: if drawn_text == text { text } else { "another" },
        choice: random.choose(&up_to(43)).unwrap_or(usize::MAX),
        seven: random.sample(&up_to(43), 7).try_into().unwrap_or_default(),
        five: random.sample(&up_to(43), 5).try_into().unwrap_or_default(),
        three: random.sample(&up_to(6), 3).try_into().unwrap_or_default(),
        twelve: random
            .sample(&up_to(300), 12)
            .try_into()
            .unwrap_or_default(),
        long: random.below((1 << 40) + 5),
    }
}

/// Seed and what Python draws with it.
const KNOWN: &[(u64, Drawn)] = &[
    (
        0,
        Drawn {
            units: [0.8444218515250481, 0.7579544029403025],
            whole: [441_001, 42_450, 271_493, 536_110],
            text: "7edf5e3",
            choice: 8,
            seven: [18, 8, 6, 39, 16, 34, 9],
            five: [19, 6, 4, 21, 30],
            three: [4, 0, 2],
            twelve: [222, 161, 104, 282, 244, 226, 266, 133, 31, 280, 7, 47],
            long: 733_870_765_866,
        },
    ),
    (
        42,
        Drawn {
            units: [0.6394267984578837, 0.025010755222666936],
            whole: [288_389, 256_787, 234_053, 146_316],
            text: "bae1603",
            choice: 32,
            seven: [38, 1, 35, 12, 34, 26, 14],
            five: [28, 37, 17, 0, 10],
            three: [5, 3, 2],
            twelve: [142, 79, 110, 172, 52, 47, 194, 49, 183, 176, 135, 22],
            long: 1_012_451_488_720,
        },
    ),
    (
        4_294_967_295,
        Drawn {
            units: [0.6353574441341173, 0.20319993954407756],
            whole: [547_773, 305_487, 356_545, 399_629],
            text: "ade571f",
            choice: 39,
            seven: [8, 30, 32, 23, 10, 3, 21],
            five: [2, 24, 28, 36, 16],
            three: [4, 5, 0],
            twelve: [0, 280, 230, 106, 33, 121, 195, 242, 214, 84, 145, 256],
            long: 867_768_768_284,
        },
    ),
    (
        4_294_967_296,
        Drawn {
            units: [0.11299430095636409, 0.41782886486292836],
            whole: [17_486, 23_930, 347_614, 572_111],
            text: "f01f65b",
            choice: 30,
            seven: [29, 10, 7, 19, 8, 35, 17],
            five: [22, 32, 9, 37, 11],
            three: [1, 4, 0],
            twelve: [195, 24, 181, 10, 134, 113, 85, 39, 180, 233, 214, 224],
            long: 318_505_112_239,
        },
    ),
    (
        9_007_199_254_740_999,
        Drawn {
            units: [0.9636590882260543, 0.42794798116480814],
            whole: [132_740, 141_951, 125_000, 228_774],
            text: "dc407d5",
            choice: 37,
            seven: [29, 39, 10, 35, 17, 27, 23],
            five: [14, 8, 19, 0, 29],
            three: [1, 5, 4],
            twelve: [299, 298, 102, 21, 206, 192, 260, 17, 162, 153, 47, 64],
            long: 723_233_308_532,
        },
    ),
    (
        18_446_744_073_709_551_615,
        Drawn {
            units: [0.021825695401270107, 0.3380953268613758],
            whole: [222_264, 478_217, 99_633, 389_068],
            text: "cb038af",
            choice: 21,
            seven: [30, 16, 17, 37, 2, 20, 18],
            five: [18, 36, 39, 31, 23],
            three: [1, 2, 5],
            twelve: [121, 120, 166, 41, 255, 241, 93, 55, 8, 72, 225, 128],
            long: 91_275_151_089,
        },
    ),
];

#[test]
fn the_same_seed_draws_what_python_draws() {
    for (seed, expected) in KNOWN {
        assert_eq!(draw(*seed, expected.text), *expected, "seed {seed}");
    }
}

#[test]
fn out_of_nothing_nothing_is_drawn() {
    let mut random = PythonRandom::new(1);
    assert!(random.sample::<u8>(&[], 3).is_empty());
    assert_eq!(random.choose::<u8>(&[]), None);
    assert_eq!(random.below(0), 0);
    // No word has been consumed: this is `random.Random(1).random()`.
    assert_eq!(random.unit(), 0.13436424411240122);
}
