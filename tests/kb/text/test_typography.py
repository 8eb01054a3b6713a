"""Straight quotation marks as curly ones."""

import pytest

from kb.text.typography import curly, curly_inside


@pytest.mark.parametrize(
    ("straight", "expected"),
    [
        ("Denmark's programme", "Denmark’s programme"),
        ("the members' goods", "the members’ goods"),
        ('a "first nation" strategy', "a “first nation” strategy"),
        ("'quoted' words", "‘quoted’ words"),
        ("'Quoted words at the start', he said", "‘Quoted words at the start’, he said"),
        ("words 'quoted at the end'", "words ‘quoted at the end’"),
        ("the 'hub', the 'spoke'", "the ‘hub’, the ‘spoke’"),
        ("(the 'hub'), ['spoke']", "(the ‘hub’), [‘spoke’]"),
        ("('quoted'), \"(in) brackets\"", "(‘quoted’), “(in) brackets”"),
        ("a dash—'quoted'—and–\"again\"", "a dash—‘quoted’—and–“again”"),
        ("and/or 'either'/'or'", "and/or ‘either’/‘or’"),
        ("\"He said 'no' twice\"", "“He said ‘no’ twice”"),
        ("'He said \"no\" twice'", "‘He said “no” twice’"),
        ("\"'Nested' first\" and \"last 'nested'\"", "“‘Nested’ first” and “last ‘nested’”"),
        ("in the '90s and the 1990's", "in the ’90s and the 1990’s"),
        ("'98 was the year", "’98 was the year"),
        ("rock 'n' roll", "rock ’n’ roll"),
        ("rock'n'roll, O'Neil's", "rock’n’roll, O’Neil’s"),
        ("'Tis so, 'twas so, get 'em", "’Tis so, ’twas so, get ’em"),
        ("the 'bakers' oven' of '97", "the ‘bakers’ oven’ of ’97"),
        ("a 'cello", "a ’cello"),
        ("alert('x')", "alert('x')"),
        ('f("x")', 'f("x")'),
        ('6" pipes', '6" pipes'),
        ('6" and 8" pipes', '6" and 8" pipes'),
        ('on "route 66" and "66 ways"', "on “route 66” and “66 ways”"),
        ('one " alone', 'one " alone'),
        ("one ' alone", "one ' alone"),
        ("''", "''"),
        ('""', '""'),
        ("an empty '' pair, 6'' of rain", "an empty '' pair, 6'' of rain"),
        ("5' 6\"", "5' 6\""),
        ("5' 6\" tall and 5'6\" wide, 40' long", "5' 6\" tall and 5'6\" wide, 40' long"),
        ("a 'route 66' of the 1990's, and 'No. 5'", "a ‘route 66’ of the 1990’s, and ‘No. 5’"),
        ("the 1990s' firms had 5' poles", "the 1990s’ firms had 5' poles"),
        ("...'x'", "...‘x’"),
        ("…'x' and ...\"y\"", "…‘x’ and ...“y”"),
        ("'and so ...' he said, \"and...\"", "‘and so ...’ he said, “and...”"),
        ("*'x'*", "*‘x’*"),
        ("_'x'_ and **\"y\"**", "_‘x’_ and **“y”**"),
        ("*Wood*'s oak and the 'elm'", "*Wood*’s oak and the ‘elm’"),
        ("'*x*' and \"_y_\"", "‘*x*’ and “_y_”"),
        ("“already” ‘curly’", "“already” ‘curly’"),
        ("the 'cause' of failure, a 'round' table", "the ‘cause’ of failure, a ‘round’ table"),
        ("'10 firms' and '80 per cent' of them", "‘10 firms’ and ‘80 per cent’ of them"),
        ("since '98 the firms' network, 'round here", "since ’98 the firms’ network, ’round here"),
        ("<b>&amp;", "<b>&amp;"),
        ("", ""),
    ],
)
def test_curly(straight, expected):
    """Each mark turns the way in which it stands, what is no quotation stays, and so do places."""
    assert curly(straight) == expected
    assert len(expected) == len(straight)
    assert curly(expected) == expected


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ('network "small firms"', "network ‘small firms’"),
        ('wine -"small firms"', "wine -‘small firms’"),
        ("“small firms” of „Leipzig“", "‘small firms’ of ‚Leipzig‘"),
        ("firms' own 'brand'", "firms’ own ‘brand’"),
        ('5" pipes "', '5" pipes "'),
        ("wine", "wine"),
    ],
)
def test_a_quotation_within_another(typed, shown):
    """Between double marks what is quoted stands in single ones; places stay."""
    assert curly_inside(typed) == shown
    assert len(shown) == len(typed)
