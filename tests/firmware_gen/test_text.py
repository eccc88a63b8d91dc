"""What C gets for what Python has, whatever that is."""

import pytest

from sparrow_ecg.firmware_gen.text import array, c_string, in_comment, narrowest


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [
        ([], "uint8_t"),
        ([255], "uint8_t"),
        ([256], "uint16_t"),
        ([-128, 127], "int8_t"),
        ([-1, 128], "int16_t"),
        ([-32768], "int16_t"),
        ([65535], "uint16_t"),
        ([-1, 32768], "int32_t"),
    ],
)
def test_the_narrowest_type(numbers: list[int], kind: str) -> None:
    assert narrowest(numbers) == kind


def test_strings_and_comments_stay_what_they_are() -> None:
    assert c_string("N") == '"N"'
    assert c_string('a"\\\n??/\u00e9') == r'"a\042\134\012\077\077\057\303\251"'
    assert "*/" not in in_comment("*/ int x; /*")


def test_tables_of_numbers_and_of_structs() -> None:
    assert array("uint8_t", "few", [1, 2]) == ["static const uint8_t few[2] = {", "    1, 2,", "};", ""]
    assert "    {1, 2}, {3, 4}," in array("pair", "pairs", [(1, 2), (3, 4)])
