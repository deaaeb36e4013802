from audiopod_mcp.operations import Analysis
from audiopod_mcp.server.results import analysis_result


def facts(**heard):
    said = analysis_result(Analysis(id="7", caption="A waltz.", timesignature="3/4", **heard)).content[0].text
    return said.splitlines()[1]


def test_the_next_likely_metre_is_told_where_the_first_is_in_doubt():
    assert "3/4 (perhaps 6/8)" in facts(timesignature_confidence=0.48, timesignature_otherwise="6/8")
    assert "perhaps" not in facts(timesignature_confidence=0.9, timesignature_otherwise="6/8")
    assert "perhaps" not in facts()  # a service that does not say how sure it is


def test_a_key_that_is_not_sure_is_called_probable():
    assert "probably A Minor" in facts(keyscale="A Minor", key_confidence=0.4)
    assert "probably" not in facts(keyscale="A Minor", key_confidence=0.8)
    assert "probably" not in facts(keyscale="A Minor")  # a service that does not say how sure it is


def test_where_somebody_sings_is_told():
    singing = [{"start": 2.0, "end": 9.5, "label": "vocals"}]
    told = analysis_result(Analysis(id="7", vocals=singing))
    assert told.structured_content["vocals"] == ["2–9.5"]
    assert "Singing, in seconds: 2–9.5." in told.content[0].text
