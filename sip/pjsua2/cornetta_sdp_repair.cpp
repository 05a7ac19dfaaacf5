#include "cornetta_sdp_repair.hpp"
#include "cornetta_words.hpp"

#include <algorithm>

using std::string;

namespace cornetta
{

namespace
{

const char *const ANY_ORIGIN = "o=- 1 1 IN IP4 127.0.0.1";

/* Lines without their ends, empty ones left out. */
Strings linesOf(const string &sdp)
{
    Strings lines;
    for (string &line : split(sdp, '\n')) {
        while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t'))
            line.pop_back();
        if (!line.empty())
            lines.push_back(line);
    }
    return lines;
}

/* pjmedia needs an origin but does not use it, so an unreadable one is replaced. A name with spaces has too many words.
 * */
string origin(const string &line)
{
    Strings words = split(line.substr(2), ' ');
    if (words.size() < 5)
        return ANY_ORIGIN;
    Strings last(words.end() - 5, words.end());
    last[2] = inCapitals(last[2]);
    last[3] = inCapitals(last[3]);
    if (!isNumber(last[0]) || !isNumber(last[1]) || last[2] != "IN" || (last[3] != "IP4" && last[3] != "IP6"))
        return ANY_ORIGIN;
    Strings name(words.begin(), words.end() - 5);
    return "o=" + (name.empty() ? string("-") : joined(name, "_")) + " " + joined(last, " ");
}

string connection(const string &line)
{
    Strings words = split(line.substr(2), ' ');
    if (words.size() < 3)
        return line;
    words[0] = inCapitals(words[0]);
    words[1] = inCapitals(words[1]);
    return "c=" + joined(words, " ");
}

/* A dynamic payload type without an rtpmap is meaningless; pjmedia refuses the whole SDP for it. */
void dropUnexplained(Strings &section)
{
    Strings words = split(section[0], ' ');
    Strings kept(words.begin(), words.begin() + std::min<std::size_t>(3, words.size()));
    for (std::size_t i = 3; i < words.size(); ++i) {
        bool explained = !isNumber(words[i]) || words[i].size() > 3 || std::stoi(words[i]) < 96;
        for (const string &line : section)
            explained = explained || begins(line, "a=rtpmap:" + words[i] + " ");
        if (explained)
            kept.push_back(words[i]);
    }
    if (kept.size() > 3 && kept.size() < words.size())
        section[0] = joined(kept, " ");
}

} // namespace

string repaired(const string &sdp)
{
    Strings head;
    std::vector<Strings> sections;
    bool hasOrigin = false, hasName = false;
    for (const string &line : linesOf(sdp)) {
        if (begins(line, "m="))
            sections.push_back(Strings());
        Strings &to = sections.empty() ? head : sections.back();
        if (begins(line, "o=")) {
            hasOrigin = true;
            to.push_back(origin(line));
        } else if (begins(line, "s=")) {
            hasName = true;
            to.push_back(line.size() == 2 ? "s=-" : line);
        } else if (begins(line, "c="))
            to.push_back(connection(line));
        else
            to.push_back(line);
    }
    if (head.empty() || !begins(head[0], "v="))
        return sdp; /* no SDP at all */
    Strings added;
    if (!hasOrigin)
        added.push_back(ANY_ORIGIN);
    if (!hasName)
        added.push_back("s=-");
    head.insert(head.begin() + 1, added.begin(), added.end());
    string whole = joined(head, "\r\n") + "\r\n";
    for (Strings &section : sections) {
        dropUnexplained(section);
        whole += joined(section, "\r\n") + "\r\n";
    }
    return whole;
}

} // namespace cornetta
