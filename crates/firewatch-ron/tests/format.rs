//! The canonical layout: what it looks like, and that nothing is lost.

#![expect(clippy::unwrap_used, reason = "a text that can't be formatted fails")]

use firewatch_ron::format;

/// Formats a text, and the result again.
fn formatted(text: &str) -> String {
    let once = format(text).unwrap();
    assert!(
        format(&once).unwrap() == once,
        "not the same twice: {text:.200}"
    );
    once
}

/// Asserts what texts become.
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(formatted(text), *expected, "{text}");
    }
}

#[test]
fn the_root_has_a_line_for_each_field() {
    check(&[
        (
            "Scenario(name:\"x\",ticks:3)",
            "Scenario(\n    name: \"x\",\n    ticks: 3,\n)\n",
        ),
        ("Scenario ( )", "Scenario()\n"),
        ("[ 1,2 , ]", "[\n    1,\n    2,\n]\n"),
        ("Some ( 5 )", "Some(\n    5,\n)\n"),
        ("  5", "5\n"),
        ("", ""),
        (" \r\n\t", ""),
        ("\u{feff}(a: 1)", "(\n    a: 1,\n)\n"),
        (
            "#![enable(implicit_some)]   (a: 1)",
            "#![enable(implicit_some)]\n(\n    a: 1,\n)\n",
        ),
    ]);
}

#[test]
fn brackets_stay_on_one_line_if_they_fit_and_open_if_they_were() {
    let name = "x".repeat(50);
    let list = format!("(a: [\"{name}\", \"{name}\"])");
    let long = format!("(a: [\"{name}\", \"{name}\", \"{name}\"])");
    let call = format!("(a: f(x: \"{name}\", y: [\"{name}\"], z: ()))");
    check(&[
        (
            "(a:[1,2],b:{\"c\":{}},)",
            "(\n    a: [1, 2],\n    b: { \"c\": {} },\n)\n",
        ),
        ("(a:[\n1,2])", "(\n    a: [\n        1, 2,\n    ],\n)\n"),
        ("(a:[1,\n2\n])", "(\n    a: [1, 2],\n)\n"),
        (
            "(a:[\n1,\n2])",
            "(\n    a: [\n        1,\n        2,\n    ],\n)\n",
        ),
        (&list, &format!("(\n    a: [\"{name}\", \"{name}\"],\n)\n")),
        (
            &long,
            &format!(
                "(\n    a: [\n        \"{name}\", \"{name}\",\n        \"{name}\",\n    ],\n)\n"
            ),
        ),
        (
            &call,
            &format!(
                "(\n    a: f(\n        x: \"{name}\",\n        y: [\"{name}\"],\n        z: (),\n    ),\n)\n"
            ),
        ),
        (
            "(a: (\nb: 1, c: 2,\nd: [3],), e: [\n])",
            "(\n    a: (\n        b: 1, c: 2,\n        d: [3],\n    ),\n    e: [],\n)\n",
        ),
    ]);
}

#[test]
fn calls_hold_on_to_the_lists_at_their_ends() {
    let act = format!("act(\"{}\")", "x".repeat(55));
    check(&[
        (
            "(a: [when(all, [\nwait], [then(1)])])",
            "(\n    a: [when(all, [\n        wait,\n    ], [then(1)])],\n)\n",
        ),
        (
            "(a: do(set(\"x\", {\n\"y\": 1,\n})))",
            "(\n    a: do(set(\"x\", {\n        \"y\": 1,\n    })),\n)\n",
        ),
        (
            &format!("(a: when(all, [{act}, {act}]))"),
            &format!("(\n    a: when(all, [\n        {act},\n        {act},\n    ]),\n)\n"),
        ),
        (
            "(a: when(\nall, [wait]))",
            "(\n    a: when(\n        all, [wait],\n    ),\n)\n",
        ),
    ]);
}

#[test]
fn at_most_one_empty_line_is_kept_and_none_beside_brackets() {
    check(&[(
        "\n\n// x\n\n\n\n(\n\n\na: 1,\n\n\n\n// b\n\nb: 2,\n\n)\n\n\n\n// end\n\n",
        "// x\n\n(\n    a: 1,\n\n    // b\n\n    b: 2,\n)\n\n// end\n",
    )]);
}

#[test]
fn comments_stay_where_they_are() {
    check(&[
        (
            "(// of all\na: 1, // of a  \n  // of b\nb: 2 // of b, too\n, // more\n c: 3 /* c */ // of c\n // end\n)// after",
            "( // of all\n    a: 1, // of a\n    // of b\n    b: 2, // of b, too\n    // more\n    \
             c: 3 /* c */, // of c\n    // end\n) // after\n",
        ),
        (
            "(a: /* why */ 1, b: [/* none */], c: [ // none\n], d: [\n// none\n], e: [1, /* two */])",
            "(\n    a: /* why */ 1,\n    b: [/* none */],\n    c: [ // none\n    ],\n    d: [\n        // none\n    ],\n    \
             e: [1 /* two */],\n)\n",
        ),
        (
            "(a: // why\n1, b /* x */ : 2)",
            "(\n    a: // why\n        1,\n    b /* x */: 2,\n)\n",
        ),
        (
            "/* a /* nested */\n   one */ /* two */\n(a: [1, /* b */ 2])",
            "/* a /* nested */\n   one */ /* two */\n(\n    a: [1, /* b */ 2],\n)\n",
        ),
        (
            "(a: [1, // one\n2])",
            "(\n    a: [\n        1, // one\n        2,\n    ],\n)\n",
        ),
        ("// only\n\n\n/* this */", "// only\n\n/* this */\n"),
        (
            "/* x */ #![enable(implicit_some)] // on\n(a: 1)",
            "/* x */\n#![enable(implicit_some)] // on\n(\n    a: 1,\n)\n",
        ),
        (
            "(a: [\n1 // x\n// y\n, /* z */ 2])",
            "(\n    a: [\n        1, // x\n        // y\n        /* z */ 2,\n    ],\n)\n",
        ),
    ]);
}

#[test]
fn columns_that_were_padded_stay_aligned() {
    check(&[
        // A longer name was added: the others follow it.
        (
            "(a: {\n\"x\":   (),\n\"yyy\": (b: 1),\n\"longer\": (),\n\n\"z\": (),\n})",
            "(\n    a: {\n        \"x\":      (),\n        \"yyy\":    (b: 1),\n        \"longer\": (),\n\n        \"z\": (),\n    },\n)\n",
        ),
        (
            "(a: [\n(k: oom,  s: \"x\", t: 1),\n(k: drift, s: \"yy\",  t: 2),\n(k: leak,  z: 3),\n])",
            "(\n    a: [\n        (k: oom,   s: \"x\", t: 1),\n        (k: drift, s: \"yy\", t: 2),\n        (k: leak,  z: 3),\n    ],\n)\n",
        ),
        (
            "(a: [\n(k: oom, s: 1),\n(k: drift, s: 2),\n])",
            "(\n    a: [\n        (k: oom, s: 1),\n        (k: drift, s: 2),\n    ],\n)\n",
        ),
        (
            "(a: [\n1,   // one\n222, // two\n3,   // three\n4 // four\n])",
            "(\n    a: [\n        1,   // one\n        222, // two\n        3,   // three\n        4,   // four\n    ],\n)\n",
        ),
        // Nothing is padded beyond the width.
        (
            &format!(
                "(a: {{\n\"x\":  \"{0}\",\n\"{0}\": 1,\n}})",
                "y".repeat(100)
            ),
            &format!(
                "(\n    a: {{\n        \"x\": \"{0}\",\n        \"{0}\": 1,\n    }},\n)\n",
                "y".repeat(100)
            ),
        ),
    ]);
}

#[test]
fn texts_are_kept_and_line_ends_are_those_of_the_first_line() {
    check(&[
        (
            "(\r\n\ta: \"x\ny\",\r\n\tb: r#\"z\"\r\n\"#,\n)",
            "(\r\n    a: \"x\ny\",\r\n    b: r#\"z\"\r\n\"#,\r\n)\r\n",
        ),
        (
            "(a: [\"x\ny\", 1], c: 2)",
            "(\n    a: [\n        \"x\ny\",\n        1,\n    ],\n    c: 2,\n)\n",
        ),
        ("// x \r\n5\r\n", "// x\r\n5\r\n"),
    ]);
}

#[test]
fn what_can_t_be_read_is_told_and_not_formatted() {
    for (text, message) in [
        ("(a: 1", "not valid RON: this `(` is never closed"),
        ("(a: 'x')", "not valid RON: single quotes enclose no text"),
        ("[1] [2]", "not valid RON: something stands after the value"),
        (
            "5 // x\n6",
            "not valid RON: something stands after the value",
        ),
    ] {
        assert_eq!(format(text).unwrap_err()[0].message, message, "{text}");
    }
    // Each `()` gets a line, 240 columns in.
    let deep = format!(
        "({}{}{})",
        "[".repeat(60),
        "(),\n".repeat(200_000),
        "]".repeat(60)
    );
    let problem = &format(&deep).unwrap_err()[0];
    assert!(
        problem.message.starts_with("too large"),
        "{}",
        problem.message
    );
}

#[test]
fn a_text_as_large_and_as_deep_as_can_be_is_formatted() {
    for item in [
        "1,",
        "(),",
        "f(a:[1,{\"b\":2}]),",
        "/**/1,",
        "1,//\n",
        "\"x\n\",",
    ] {
        let count = 60_000 / item.len();
        formatted(&format!("(a: [{}])", item.repeat(count)));
    }
    let deep = format!("{}1{}", "[".repeat(64), "]".repeat(64));
    assert_eq!(formatted(&deep).lines().count(), 5);
    let open = format!("{}1{}", "[\n".repeat(64), "]".repeat(64));
    assert_eq!(formatted(&open).lines().count(), 129);
    let long = format!(
        "(a: [{}])",
        format!("\"{}\", ", "x".repeat(1000)).repeat(100)
    );
    assert_eq!(formatted(&long).lines().count(), 104);
}
