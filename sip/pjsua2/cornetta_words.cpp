#include "cornetta_words.hpp"

#include <cctype>

namespace cornetta
{

using std::string;

const std::size_t MAX_SHOWN = 24;

string text(const pj_str_t &from) { return string(from.ptr, from.slen > 0 ? from.slen : 0); }

Strings split(const string &line, char by)
{
    Strings words;
    std::size_t at = 0;
    while (at < line.size()) {
        std::size_t end = line.find(by, at);
        if (end == string::npos)
            end = line.size();
        if (end > at)
            words.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

string joined(const Strings &words, const string &by)
{
    string whole;
    for (std::size_t i = 0; i < words.size(); ++i)
        whole += (i ? by : "") + words[i];
    return whole;
}

bool begins(const string &line, const string &with) { return line.compare(0, with.size(), with) == 0; }

bool isNumber(const string &word)
{
    return !word.empty() && word.find_first_not_of("0123456789") == string::npos;
}

string inCapitals(string word)
{
    for (char &letter : word)
        letter = (char)std::toupper((unsigned char)letter);
    return word;
}

string shown(const string &word)
{
    string clean;
    for (char letter : word.substr(0, MAX_SHOWN))
        clean += letter > ' ' && letter < 127 ? letter : '?';
    return clean;
}

} // namespace cornetta
