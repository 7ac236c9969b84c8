//nolint:dupword,misspell // phrases of seven languages
package rapport

import (
	"regexp"
	"strings"
)

// replySignal is what a phrase shows. It is finer than a class, because what signals mean together depends on which they are: someone
// away who asks to be written to later is no machine.
type replySignal int

const (
	showsNothing  replySignal = iota
	showsStop                 // wants no more mail
	showsMachine              // says that no person wrote it
	showsAway                 // is away, in the words that both people and machines use
	showsGone                 // has left, or was never there
	showsWrong                // points at somebody else
	showsNo                   // does not want
	showsAskLater             // says when to come back
	showsBusy                 // has no time now
	showsFee                  // speaks of an own fee, or of more money
	showsAsk                  // asks for what it needs to know
	showsYes                  // wants
	showsOther                // speaks of work that is under way, or of nothing that was proposed
	signalCount
)

// A rule's weight says what one match is worth: 2 tips the scale where nothing else speaks, 3 is said by few others, 4 is plain, 5 cannot
// be meant otherwise.
type replyRule struct {
	signal  replySignal
	weight  int
	pattern *regexp.Regexp
}

// Pieces that patterns share. They are written <name>.
var replyPieces = strings.NewReplacer(
	"<mail>", `(?:e-?mails?|mails?|mailings?|messages?|msgs?|dms?|texts?|newsletters?|spam|offers?|requests?|proposals?|pitches|invitations?|invites?|follow-?ups?|reminders?|`+
		`contact|communications?|correspondence|outreach|solicitations?|promotions?|marketing|inquiries|enquiries|stuff|notes)`,
	"<mails>", `(?:e-?mails?|mails?|mailings?|messages|msgs|dms|newsletters?|spam|offers|requests|proposals|pitches|invitations|invites|follow-?ups|reminders|correspondence|`+
		`outreach|solicitations|inquiries|enquiries|stuff|crap)`,
	"<my>", `(?:my|our|this|these)`,
	"<ident>", `(?:(?:personal |contact |private |work |business )*(?:e-?mail|mail|email address|address|name|contact|contacts|details|data|info|information|inbox|channel))`,
	"<month>", `(?:jan(?:uary|uar|vier|uari)?|feb(?:ruary|ruar|ruari)?|mar(?:ch|s|zo|co)?|maerz|maart|apr(?:il|ile)?|may|mai|mei|mayo|maio|maggio|june?|juni|juin|junio|junho|giugno|`+
		`july?|juli|juillet|julio|julho|luglio|aug(?:ust|ustus)?|aout|agosto|sept?(?:ember|embre|iembre)?|setembro|settembre|oct(?:ober|obre|ubre)?|okt(?:ober)?|outubro|ottobre|`+
		`nov(?:ember|embre|iembre|embro)?|dec(?:ember|embre)?|dez(?:ember|embro)?|dic(?:embre|iembre)?|enero|janeiro|gennaio|fevrier|febrero|fevereiro|febbraio|avril|abril)`,
	"<season>", `(?:spring|summer|fall|autumn|winter|easter|christmas|xmas|new years?|the holidays|ramadan|black friday)`,
	"<day>", `(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow)`,
	"<brands>", `(?:sponsor\w*|brand(?:ed)? ?(?:deals?|work|partnerships?|collab\w*|content)?|partnerships?|collab\w*|cooperations?|ads?|advert\w*|promo\w*|paid \w+|campaigns?|`+
		`commercial \w+|endorse\w*|influencer \w+|marketing|deals?)`,
	"<boss>", `(?:manager|managers|management|mgmt|agent|agents|agency|assistant|team|colleague|colleagues|representative|rep|publicist|booker|wife|husband|partner|brother|sister|`+
		`daughter|son|cousin|`+
		`head of \w+|marketing|pr|press|partnerships? (?:team|manager|lead)|talent (?:team|manager))`,
	"<reach>", `(?:contact|email|e-mail|mail|write(?: to)?|writing to|message|reach(?: out to)?|get in touch with|speak (?:to|with)|talk (?:to|with)|ask|go to|turn to|try|approach|`+
		`address|direct|refer|cc)`,
	"<fee>", `(?:rates?|fees?|prices?|pricing|budget|pay|payment|compensation|money|amount|sum|figure|number|offer|quote|honorarium|remuneration)`,
	"<amt>", `(?:(?:us|ca|au|nz|[acr]|mx)?[$€£] ?\d[\d.,]*(?: ?k\b|,-)?|(?:usd|eur|euro|gbp|chf|cad|aud|sek|nok|dkk|pln|brl|inr|rs|fr) ?\d[\d.,]*(?: ?k\b|,-)?|`+
		`\d[\d.,]*(?:,-)? ?k? ?(?:[$€£]|us dollars?|usd|eur|euros?|dollars?|bucks|pounds?|quid|gbp|chf|francs?|franken|cad|aud|sek|nok|dkk|kr|pln|brl|reais|zl)|`+
		`(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty) (?:grand|thousand|hundred)(?: (?:dollars|euros?|pounds|bucks|quid))?)`,
	"<num>", `(?:(?:us|ca|au|nz|[acr]|mx)?[$€£]? ?\d[\d.,]*\d(?: ?k\b|,-)?|\d+(?:\.\d)? ?k\b|(?:usd|eur|gbp|chf) ?\d[\d.,]*(?: ?k\b)?|(?:an?|one|two|three|four|five|six|seven|`+
		`eight|nine|ten) (?:grand|thousand|hundred))`,
	"<very>", `(?:(?:very|really|super|so|more than|absolutely|definitely|totally|quite|truly|extremely|certainly|still|also|all|both|too|just|really very|incredibly|indeed|most|`+
		`genuinely|only too|always) )*`,
	"<hi>", `^(?:(?:hi|hey|hello|dear|thanks|thank you|thx|ok|okay|well|so|and|but|hmm+|ah|oh|sorry|cool|great|nice|interesting|yes|yeah|sure|also|just|first|before i decide|`+
		`quick question)[,: -]*(?:\w+[,:] ?)?)*`,
)

func says(signal replySignal, weight int, patterns ...string) replyRule {
	return replyRule{signal, weight, regexp.MustCompile(`(?:^|\b|[ ,])(?:` + replyPieces.Replace(strings.Join(patterns, "|")) + `)(?:\b|$|[ ,?])`)}
}

// replyIdioms are read first and hidden from the rules: they say yes with the words of no, or speak of mails and absences of others.
var replyIdioms = []replyRule{
	says(showsYes, 4,
		`(?:cant|cannot|can not|couldnt|could not|wouldnt|would not|wont|never|how could i|impossible to|hard to|too good to|crazy to|mad to|silly to|stupid to|`+
			`a fool to) (?:possibly |ever )?`+
			`(?:say no|decline|refuse|pass (?:this|it|that|on)|turn (?:this|it|that|you) down|resist|miss (?:it|this|out|that)|turn down)`,
		`(?:wouldnt|would not|dont|do not|wont|didnt) want to (?:miss|pass|decline|say no|turn)[a-z ]{0,20}`,
		`(?:dont|do not|cant|cannot|didnt) (?:see|think of|find|have|know) (?:a|any|one)(?: single| good)? reasons? (?:not to|to say no|against)`,
		`no reason (?:not to|to say no)`, `why (?:wouldnt|shouldnt|would|not) i(?: not| say no)?`, `why not`,
		`no(?:t a)? (?:problem|worries|objections?|brainer|doubt)[, -]+(?:count me in|im in|lets|ill do|happy|sure|yes|deal|that works|works)[a-z ]{0,20}`,
		`no[- ]brainer`, `(?:cant|cannot) wait`, `(?:i have |we have |ive |weve |have |with )?no objections?`,
		`(?:kann|koennte|kann ich|kann man) (?:da |dazu |ich |hier |nur )*nicht nein sagen`,
		`comment (?:dire non|refuser)`, `como decir que no`, `como dizer (?:que )?nao`, `come dire di no`, `non posso dire di no`, `no puedo decir que no`, `nao posso dizer (?:que )?nao`,
		`kan (?:ik )?geen nee (?:tegen )?zeggen`, `nichts dagegen`,
		`sans hesit\w+`, `no lo dudo`, `nicht entgehen lassen`, `no me lo (?:quiero perder|perderia)`, `nao (?:quero|posso) perder`, `non (?:voglio|posso) perdere`,
		`(?:wil|kan) (?:ik )?(?:dit )?niet missen`),
	says(showsYes, 4, `(?:offer of|price you mention,?|fee of|budget of|rate of|proposed|offered|with|the)? ?<amt>(?: \w+){0,6},? (?:is|are|works|work|sounds|sound|fits|fit|suits|sind|`+
		`ist|passt|passen|me va|va bene|is prima)(?: \w+)? ?(?:(?:good|fine|ok|okay|great|perfect|fair|agreed|our|in ordnung|okay|perfekt|for me|for us|with me|`+`by me)(?: \w+){0,3})`),
	says(showsNothing, 0,
		`(?:remove|delete|erase|take|strike|drop) (?:me|us|my \w+|our \w+|my \w+ \w+) (?:from|in|on|off|out of) (?:the|your|this|that|all|our) (?:\w+ )?(?:videos?|captions?|`+
			`posts?|descriptions?|contract|website|page|draft|brief|story|reel|cc|chat|group|call|invite|invoice|form|campaign|site|portal|thread|credits|schedule|meeting|shoot|`+
			`whatsapp|slack)`,
		`(?:remove|delete|erase|forget|use|not) (?:my|our|the) (?:old|previous|first|last|other|former) \w+(?: \w+)?`,
		`(?:i|we|ill|well|i will|we will|they|i had to|we had to|i have to|we have to|im going to|gonna|might) (?:also )?(?:stop|quit|ceased?) (?:sending|writing|all|with|`+
			`mailing|e-?mailing|contacting|doing|posting|making)`,
		`(?:your|these|those|getting|get|keep|more|another|some|any) (?:\w+ )?(?:automated|automatic|auto)[ -]?(?:e-?mails?|mails?|messages?|repl(?:y|ies)|responses?|`+
			`responder|system|follow-?ups?)`, `(?:habe|haben|heb|hebben)(?: \w+){0,3} (?:keine|geen) (?:weiteren )?(?:e-?mails?|mails?|nachrichten|berichten)(?: \w+)?`,
		`(?:doesnt|dont|wont|does not|do not|wouldnt|not) (?:really |quite )?(?:work|good|great|ok|okay|suit) (?:for|with) (?:me|us|my schedule)`, `stop by`,
		`(?:never|didnt|did not) (?:gave|give)`,
		`(?:no|not a|kein|aucun|sin|sem|nessun|geen) (?:problems?|worries|probleme?|problema|probleem|rush|hurry|pressure|stress|hard feelings|harm|strings attached|biggie|`+`trouble)`,
		`not (?:at all )?uninterested`,
		`(?:if|when|once|in case|unless|until) (?:you|its|it is|thats|that is|youre|you are|they|theyre)[a-z ]{0,12} (?:not interested|interested)`,
		`(?:someone|somebody|others?|people|anyone|anybody|wholl|who will) (?:who )?(?:would |will |ll )?say(?:s)? (?:yes|no)`,
		`yes i did see [a-z ]{0,15}`, `(?:isnt|is not|not|aint) (?:an? |my )?no\b`, `didnt say no`, `(?:another|other) life id have jumped at it`,
		`(?:can|could|may|please|pls|now) (?:now )?stop (?:sending )?(?:me )?(?:the |your |those )?(?:reminders?|reminding|nudg\w+)(?: now| me)*`,
		`(?:got|received|saw|had|read|seen|got back|reads? like|sounds like|looks like|is this|isnt|is not|not|sorry (?:for|about)|ignore|despite|past|behind|switched off|`+
			`turned off|forgot|set up)[a-z ,]{0,20} (?:auto\w*[ -]?(?:reply|response|responder|message|mail|e-?mail|answer)|autoreply|autoresponder|automated|automatic|`+
			`out[ -]of[ -]office\w*|ooo|vacation message|bot|robot)(?: \w+)?`,
		`(?:was|were|been|wasnt|just|returned|got back|came back|back|recovering|home|jet-?lagged) (?:\w+ )?(?:out of (?:the )?office|(?:on|from) (?:\w+ )?(?:vacation|`+
			`holidays?|leave|pto)|away|offline|travelling|traveling)`,
		`(?:never|not|dont|wouldnt|without|we wont|cant) (?:to )?(?:unsubscribe|opt(?:ing)? out)`,
		`(?:audience|followers|subscribers|viewers|people|readers|fans|listeners|they|who|everyone|half|half of them|users)(?: \w+){0,4} (?:unsubscribed?|unsubscribing|`+`opt(?:ed)? out)`,
		`(?:hit|clicked?|press(?:ed)?|pushed|got an?|rate|an?|the|no|per|more|fewer|less|most|\d+) unsubscri\w+`, `war (?:im urlaub|krank|unterwegs|nicht da)`,
		`(?:etais|estaba|estava|ero|was) (?:en vacances|de vacaciones|de ferias|in ferie|op vakantie)`),
}

// replyRules are the phrases by what they show; a row holds the phrases of one language and weight.
var replyRules = []replyRule{
	// To stop. A machine acts on these, so they name the mail, the list or the address, or can be said of nothing else.
	says(showsStop, 5,
		`(?:unsubscribe|unsub|un-subscribe) (?:me|us|my|this (?:e-?mail|address|account)|from (?:this|these|your|all|any|the|everything)|please|pls|now|immediately|asap|`+
			`request|thanks|thank you)`,
		`^(?:please |pls |plz |kindly |just |hi,? |hello,? |hey,? )*(?:unsubscribe|unsub)$`, `(?:please|pls|plz|kindly) (?:unsubscribe|unsub)$`,
		`(?:want|wish|like|love|prefer|need|trying|tried|asked|ask|asking|how (?:do|can) i) (?:to )?(?:be )?(?:unsubscribe|unsubscribed|unsub)`,
		`(?:already |have |ive )?unsubscribed[a-z ,]{0,40} (?:still|again|yet|but|twice|times)`,
		`(?:remove|delete|erase|strike|drop|scrub|scratch|wipe|cross|purge|take|get|keep) (?:me|us|(?:<my> )?<ident>)(?: and \w+)? (?:off|from|out of) (?:of )?(?:this|the|`+
			`your|ur|any|all|every|whatever)? ?(?:\w+ ){0,3}(?:lists?|mailings?|mailing|e-?mails?|mails?|database|db|systems?|crm|records?|files?|outreach|sequence|distribution|`+
			`newsletters?|contacts?|books?|campaigns? list|spam|sheet|spreadsheet|messages?)`,
		`(?:remove|delete|erase|forget|scrub|purge|wipe) (?:all (?:of )?)?(?:my|our) (?:personal |contact |private )*(?:e-?mail address|e-?mail|mail|address|contact|details|`+
			`data|info|information)`, `^(?:please |pls |plz |kindly |just |and |so )*(?:remove|delete|take me off|take us off)(?: me| us)?(?: please| now| asap| immediately| thanks?)*$`,
		`(?:take|get|keep) (?:me|us) off (?:it$|this$|here|your|ur|(?:this|the|that|any) (?:\w+ )?lists?)`,
		`(?:be|been|get|me|us|my \w+|address) (?:taken off|removed from|deleted from|dropped from|struck from) (?:this|your|the|all|any|ur)[a-z ]{0,20} ?(?:lists?|mailings?|`+
			`outreach|database|e-?mails?|records?|system)`,
		`(?:want|get|let) (?:me )?(?:out|off) (?:of )?(?:this|your|the|ur) (?:\w+ )?(?:lists?|mailings?|e-?mails?)`, `get me removed`,
		`stop (?:all |any )?(?:e-?mailing|mailing|contacting|messaging|spamming|texting|pestering|harassing|bothering|bugging|hounding|dming|chasing|badgering|sending me|`+
			`sending us)(?: (?:me|us|my|our|to|this|them|these|him|her|that|all|any|more|please|now|already|e-?mails?|mails?|messages?|offers?|so|here|thanks|spam|and))*$`,
		`stop (?:e-?mailing|mailing|contacting|messaging|spamming|texting|pestering|harassing|bothering|bugging|hounding) (?:me|us|him|her|my|our)`,
		`stop (?:sending|with|all)(?: (?:me|us|out))?(?: (?:these|those|this|any|your|the|all|so many|with|more|further|of))* <mails>`, `stop writing(?: to)? (?:me|us)`,
		`^(?:please |just |ok |now )*stop(?: please| now| it| this|,? thanks?| already)*$`,
		`(?:cease|quit|discontinue|refrain from|end) (?:and desist|all (?:further )?(?:<mails>|contact|communications?)|(?:e-?mailing|mailing|contacting|messaging|`+
			`sending me|approaching|spamming|writing to)(?: (?:me|us|my|our|this|to|him|her|any|these))?)`,
		`(?:do not|dont|dnt|do nt|never|no longer|not to|you may not|must not|please not) (?:ever )?(?:contact|e-?mail|mail|write|message|text|bother|dm|approach|spam|`+
			`pester|write to|send (?:e-?mails|mails|messages|anything) to) (?:me|us|him|her|my client|our client|to me|this address)(?: (?:again|any ?more|anymore|further|ever|`+
			`in (?:the )?future|please|thanks|with|about (?:this|anything|such)|for|any|at this address)[a-z ]*)?$`,
		`(?:do not|dont|never|no longer) (?:ever )?(?:contact|e-?mail|mail|write|message|text|bother|dm|approach|write to) (?:me|us|to me|to us)(?: (?:about|for|with|`+
			`at)(?: \w+){1,4})? (?:again|any ?more|further|ever|in (?:the )?future|under any)`,
		`(?:do not|dont|never|no longer|stop) (?:ever )?send(?:ing)?(?: (?:me|us|any|more|further|these|those|your|such|another|additional|unsolicited))+ <mails>`,
		`(?:do not|dont|never|no longer) (?:ever )?send (?:me |us )?anything (?:again|any ?more|else|ever)`,
		`(?:mind|about|consider) (?:no longer|not|stopping) (?:sending|e-?mailing|mailing|contacting|writing|messaging)(?: (?:me|us))?`,
		`(?:do not|dont|did not|didnt|no longer|not|never) (?:really |actually |ever )?(?:want|wish|care|agree|consent|agreed|consented)(?: (?:to|for))?(?: (?:receive|get|`+
			`be|see|have|read|getting|being|receiving|receive))*(?: (?:any|more|further|these|those|this|such|other|marketing|commercial|unsolicited))* (?:e-?mails?|mails?|`+
			`mailings?|messages|newsletters?|spam|follow-?ups|reminders|contacted|e-?mailed|mailed|approached)`,
		`(?:dont|do not|no longer) (?:want|wish|care|like|need)(?: to)?(?: (?:receive|get|have|getting|receiving))?(?: (?:any more|more|further|any further|these|any))+ <mails>`,
		`(?:dont|do not|no longer) (?:want|wish|care) to (?:receive|get|hear|have) (?:anything|any \w+|more)(?: \w+)? from you`,
		`(?:want|wish) (?:no|zero) (?:more|further) <mails>`,
		`^(?:please |pls |and |so |but |ok |but please |thanks |thank you |just )*no (?:more|further|other) <mail>(?: please| thanks| from you| thank you| of any kind|`+
			` to this address| to me| needed| ever)*$`,
		`(?:id|would|id like|want|i) (?:to )?(?:rather|prefer)(?: to)? not (?:to )?(?:get|receive|be contacted|hear|be e-?mailed|be mailed)(?: (?:any|more|further|these|`+
			`such|your|from|again|by))*`,
		`opt (?:me|us) out`, `opt(?:ing|ed)?[ -]out of (?:all|any|these|those|this|your|whatever|further|future|the)(?: \w+){0,2}? (?:<mails>|lists?|sequence|database)`,
		`opt(?:ing)?[ -]out of (?:whatever|this list|these|everything)`, `(?:im|i am|want to|like to|wish to|i) opt(?:ing)?[ -]?out$`, `^(?:please )?opt[ -]?out(?: please)?$`,
		`(?:do not|dont|not|no longer) (?:keep|have|store|hold|leave|put|want) (?:me|us|my \w+|our \w+)(?: \w+)? (?:on|in) (?:file|record|(?:your|the|any|`+
			`this) (?:\w+ )?(?:lists?|database|files|records|system))`, `(?:withdraw|revoke) (?:my|any|all) (?:\w+ )?consent`,
		`(?:right to (?:erasure|be forgotten)|under (?:the )?(?:gdpr|ccpa)[a-z ,]{0,60}(?:delete|erase|remove|object))`,
		`leave (?:me|us) (?:alone|in peace|be)`, `lose my (?:e-?mail|number|address|contact)`, `(?:fuck|piss|bugger|sod|buzz) off`,
		`^(?:please |just |pls )*(?:go away|get lost)(?: please| already)?$`,
		`(?:will|would|when will|are) you (?:guys |people |ever |please |finally |kindly |going to |gonna |just )*stop$`,
		`(?:will|would|when will) you (?:guys |people |ever |please |finally |kindly |just )*stop\?`,
		`(?:ill|i will|im|i am|ive|i have|be|or i|going to|gonna|have to|i) (?:mark|marked|marking|report|reported|reporting|flag|flagged|flagging) (?:you|this|it|your \w+|`+
			`these|them|all|everything)(?: \w+){0,3} (?:as|for) (?:spam|junk|harassment)`,
		`(?:ill|i will|im|i am|ive|i have|will|or i|going to|gonna|have to|be) (?:blocked|blocking|block) (?:you|your (?:address|domain|e-?mails?|mails?)|this sender)`,
		`never (?:want to )?(?:hear|see|get)(?: \w+){0,4} from you (?:again|ever|any ?more)`, `(?:dont|do not|no longer) want to hear from (?:you|your)`,
		`(?:off|from) (?:your|this|the|ur) (?:mailing|contact|e-?mail|distribution|outreach|newsletter|creator|email) ?list please`,
		`(?:want|like|love|wish|need) (?:to be |to get |to come )?(?:off|out of|taken off|removed from) (?:this|your|the|ur|any)(?: \w+)? (?:lists?|mailings?|outreach|database|e-?mails?)`,
		`not (?:to be|be|wish to be|want to be) (?:contacted|e-?mailed|mailed|written to|approached) (?:again|any ?more|further|in (?:the )?future|by you)`,
		`(?:no|not) (?:longer|more) (?:to )?(?:be )?(?:contacted|e-?mailed|mailed|sent)`, `enough (?:with|of) (?:the|these|your|all) <mail>`,
		`(?:last|final) (?:time|warning)[a-z ,]{0,40}(?:stop|remove|unsubscribe)`),
	says(showsStop, 3, `this is (?:spam|harassment)`, `(?:file|lodge|make) an? (?:formal )?complaint`, `(?:getting|get|gets|got|are|is) on my (?:last )?nerves`,
		`too many (?:e-?mails|mails|messages|follow-?ups)`, `(?:three|two|one|\d) too many`, `how many times (?:do|must|should|did|have)`,
		`(?:nobody|never|didnt|did not|not) (?:ask|asked|subscribe|subscribed|gave you|give you)(?: \w+){0,3}(?: (?:this|these|e-?mails?|mails?|spam|permission|consent))?`, `spamming`,
		`strike my`),
	says(showsStop, 2, `(?:kindly|please|just) (?:end|stop|leave) (?:it|this)(?: here| at that| there)?`, `let it (?:be|go)`, `stop (?:it|this) (?:now|or|please|already)`,
		`spare (?:me|us)`, `(?:enough|stop) (?:is enough|already|now)`, `(?:i will|ill|or i|going to) report`),
	says(showsStop, 5, // German
		`(?:streich|loesch|nehm|nimm|entfern|trag|nehmt|hol|wirf|werft|schmeiss)\w*(?: (?:sie|ihr|bitte|umgehend|sofort))* (?:mich|uns|(?:alle )?(?:meine|unsere|`+
			`meinen) (?:\w+ )?(?:e-?mail\w*|mail\w*|adresse|daten|kontaktdaten|namen|kontakt))`,
		`(?:meine|unsere|meinen) (?:\w+[ -])?(?:e-?mail\w*|mail\w*|adresse|daten|kontaktdaten|namen)(?: \w+){0,5} (?:zu )?(?:loeschen|streichen|entfernen|herausnehmen|austragen)`,
		`(?:mich|uns)(?: \w+){0,6} (?:abzu|ab|aus|auszu)(?:melden|tragen|bestellen)`,
		`(?:mich|uns)(?: bitte)? (?:vo[nm]|aus)(?: \w+){0,4} (?:liste|verteiler|mailingliste|datenbank|newsletter|kartei)`,
		`(?:aus|von) (?:dem|eurem|ihrem|der|eurer|ihrer|diesem|dieser) (?:\w+-?)?(?:verteiler|mailingliste|liste|e-?mail-?liste|datenbank)(?: (?:streichen|nehmen|loeschen|`+
			`entfernen|raus|herunter|runter))`,
		`^(?:bitte )?(?:abmelden|abbestellen|austragen)(?: bitte)?$`, `newsletter (?:bitte )?(?:abbestellen|abmelden|kuendigen)`,
		`(?:bitte |moechte |moechten |will |wollen |wuensche |wuenschen |brauche |erhalten |bekommen |schickt |schicken |sende\w* |mir |uns |von (?:ihnen|euch) |`+
			`ich )+(?:sie )?(?:mir |uns |bitte |in zukunft |kuenftig |zukuenftig )*keine (?:weiteren |solchen |werbe)?-?(?:e-?mails?|mails?|nachrichten|anfragen|werbung|`+
			`newsletter|angebote|post)(?: \w+){0,4} (?:schicken|senden|erhalten|bekommen|zuschicken|zusenden|schickt|sendet)`,
		`(?:bitte )?keine (?:weiteren )?(?:e-?mails?|mails?|nachrichten|anfragen|werbung|newsletter)(?: mehr)?(?: bitte)?$`, `keine (?:e-?mails?|mails?|nachrichten|newsletter|post) mehr`,
		`keine weiteren (?:e-?mails?|mails?|nachrichten|werbe\w*|newsletter)`,
		`(?:schreib|kontaktier|mail|belaestig|nerv|stoer|behellig)\w*(?: (?:sie|ihr|mir|mich|uns|bitte|hier|in zukunft))* (?:nicht|nie) (?:mehr|wieder|weiter)`,
		`(?:nicht|nie) (?:mehr|wieder|weiter|laenger)(?: von (?:ihnen|euch))? (?:kontaktier|angeschrieben|anschreib|belaestig|angemailt|anmail|zu kontaktier|behellig)\w*`,
		`hoer\w*(?: (?:sie|bitte|endlich|doch|mal))* auf(?:,)? (?:mir|mich|uns|damit|mit (?:den|diesen|euren|ihren))`,
		`(?:lass|lasst|lassen)(?: sie| bitte)? (?:mich|uns)(?: \w+)? in (?:ruhe|frieden)`, `widersprech\w*(?: \w+){0,8} (?:nutzung|verarbeitung|werbung|werb\w+|speicherung|kontakt\w*)`,
		`(?:dsgvo|datenschutz)[a-z ,]{0,60}(?:loesch|widerspr|entfern)\w*`, `von (?:ihnen|euch) nichts mehr hoeren`),
	says(showsStop, 5, // French
		`(?:desinscri|desabonn|desinscriv)(?:re|vez|ez|er|s|e|ez-moi|vez-moi|s-moi|e-moi)(?:[ -]moi)?`, `(?:me|nous) (?:desinscrire|desabonner|retirer|supprimer|rayer|enlever)`,
		`(?:desinscription|desabonnement)(?: immediate?| s il (?:vous|te) plait| svp)*$`,
		`(?:ne|n) (?:(?:me|m|nous|veuillez|voulez|souhaite|desire|veux|voudrais|souhaitons)[ -])*(?:plus|pas) (?:plus )?(?:jamais )?(?:m |me |nous |etre )*(?:contact|`+
			`sollicit|derang|demarch|importun|relanc)\w*`,
		`(?:ne|n) (?:(?:me|m|nous|veuillez|voulez|souhaite|desire|veux|voudrais|souhaitons)[ -])*plus (?:jamais )?(?:m |me |nous )*(?:ecri|envoy|recevoir)\w*`,
		`ne (?:me|m|nous) (?:contact|ecri|envoy|sollicit|derang|relanc)\w* (?:plus|jamais)`, `(?:ne|a) plus (?:me |m |nous )(?:contact|ecri|envoy|sollicit|derang|importun|relanc)\w*`,
		`n (?:ecriv|envoy)\w*(?:[ -]moi)? plus`, `plus (?:jamais )?(?:recevoir|etre contacte)`,
		`(?:arret|cess)(?:ez|e|er)(?: s il (?:vous|te) plait| svp| donc| immediatement)*(?: de|,)? (?:de )?(?:m |me |nous |vos |ces )(?:contact|ecri|envoy|sollicit|harcel|`+
			`derang|spam|relanc|mail|messages?|e-?mail)\w*`,
		`(?:retir|ray|enlev|supprim|efface)(?:ez|e|er|s)?[ -](?:moi|nous|mon|mes|notre|nos)(?: \w+)?(?: (?:de|des|du|adresse|e-?mail|mail|coordonnees|donnees|contact|nom|liste))`,
		`(?:stop|assez)(?: \w+)? (?:vos|aux|de|d|ces|les) (?:e-?mails?|mails?|messages?|sollicitations?|courriels?|newsletters?)`, `laiss(?:ez|e)[ -](?:moi|nous) (?:tranquille|en paix)`,
		`foutez[ -]moi la paix`, `rgpd[a-z ,]{0,60}(?:suppr|effac)\w*`),
	says(showsStop, 5, // Spanish
		`(?:darme|darnos|dame|deme|denme|dadme|dennos|dar(?:se)? de baja mi) (?:de )?(?:baja|de baja)`, `de baja (?:de|en) (?:esta|la|su|vuestra|tu) (?:lista|newsletter|boletin)`,
		`(?:cancelar|anular) (?:mi )?suscripcion`, `desuscri\w+`,
		`(?:dej|par|ces)(?:en|a|ad|ar|e|ais|es)? (?:ya )?de (?:(?:escrib|mand|envi|contact|molest|spam|acos)\w+|hacerme spam)`,
		`(?:no|nunca) (?:me |nos )vuelv\w+ a (?:escrib|mand|envi|contact|molest)\w*`,
		`no (?:me |nos )(?:escrib|mand|envi|contact|molest)\w*(?: (?:correos|mensajes|e-?mails|nada|por favor))* mas`,
		`no (?:quiero|deseo|queremos|deseamos|quisiera) (?:que me (?:escrib|contact|envi|mand)\w+|(?:recibir )?(?:mas |ningun )+(?:correos?|e-?mails?|mensajes?|mails?|`+
			`ofertas|publicidad)|(?:seguir )?(?:recibi\w+))`, `no mas (?:correos?|e-?mails?|mensajes?|mails?)`,
		`(?:elimin|borr|suprim|quit|sac)(?:a|e|en|ad|ar|an|adme|ame|eme|enme|arme)?(?: \w+)? (?:mi|mis|me|nuestros?|de (?:la|su|vuestra|tu|esta))(?: \w+)? (?:correo|e-?mail|`+
			`mail|datos|direccion|contacto|nombre|lista|base|listas)`, `(?:quit|borr|elimin|sac)(?:adme|ame|eme|enme|arme) de`, `dej(?:ad|a|en|e)me en paz`),
	says(showsStop, 5, // Portuguese
		`descadastr\w+`, `(?:cancelar|cancelem|cancele) (?:a )?(?:minha )?(?:inscricao|subscricao|assinatura)`,
		`par(?:em|e|a|ar) (?:ja )?(?:de|com) (?:me |nos |os |esses |estes )*(?:mandar|enviar|escrever|contactar|contatar|incomodar|e-?mails?|mails?|mensagens|chatear)(?:-me)?`,
		`deixem? de (?:me )?(?:mandar|enviar|escrever|contactar|contatar)(?:-me)?`,
		`(?:nao|nunca|nem) (?:mais )?(?:me |nos )(?:voltem? a )?(?:mand|envi|escrev|contact|contat|incomod)\w*(?: (?:e-?mails|mensagens|nada))* mais`,
		`nao (?:me |nos )voltem? a (?:mand|envi|escrev|contact|contat|incomod)\w*`, `nao (?:mandem|enviem|escrevam|contactem|contatem|mande|envie)(?:-me)? (?:mais|nada)`,
		`nao (?:quero|desejo|queremos|gostaria de) (?:mais )?(?:receber|ser contact\w*|ser contat\w*)`, `nao (?:quero|desejo) mais (?:e-?mails?|mensagens|contactos?|contatos?)`,
		`(?:remov|retir|tir|elimin|exclu|apagu?)(?:am|em|a|e|er|ar|ir|amos)?(?:-me| me)? (?:d[ao]s?|desta|dessa|da vossa|o meu|os meus|meus?|minha)(?: \w+){0,2} (?:listas?|`+
			`e-?mail|mail|dados|contactos?|contatos?|endereco|base|mailing)`, `(?:remov|retir|tir)(?:am|em|a|e)-me`, `me (?:remov|retir|tir|exclu|descadastr)\w+ d[ae]`, `mais e-?mails? nao`,
		`deixem?-me em paz|me deixem? em paz`),
	says(showsStop, 5, // Italian
		`(?:disiscriv|disiscri|cancell|rimuov|togli|toglie|elimin)(?:ete|ate|i|a|ere|are|ermi|armi|etemi|atemi|imi|ami|temi|mi|vermi|vetemi)(?:mi)? (?:subito )?(?:da|dalla|`+
			`dal|dai|dalle|i miei|il mio|la mia|per favore)(?: \w+){0,3}(?:lista|mailing|newsletter|indirizzo|dati|contatto|e-?mail|mail|database|nome|elenco|liste)`,
		`(?:cancellatemi|disiscrivetemi|rimuovetemi|toglietemi|cancellami|disiscrivimi|rimuovimi|toglimi|disiscrivermi|cancellarmi)`,
		`non (?:scriv|contatt|mand|invi|disturb)\w*(?:mi|ci|etemi|atemi)(?: \w+)? (?:piu|altro|altre|altri)`, `non (?:mi |ci )?(?:scriv|contatt|mand|invi|disturb)\w* (?:piu|mai piu)`,
		`smett\w+(?: per favore)? (?:di|con) (?:scriver|contattar|mandar|inviar|queste|i |le )\w*`, `basta (?:con )?(?:le |queste |i )?(?:e-?mail|mail|messaggi|spam)`,
		`non (?:voglio|desidero|vorrei|intendo) (?:piu )?(?:ricevere|essere contattat\w|altre (?:e-?mail|mail)|sentirvi)`, `lasciatemi (?:in pace|stare)`),
	says(showsStop, 5, // Dutch
		`(?:schrijf|meld)(?:en|t)? (?:me|mij|ons)(?: (?:aub|alsjeblieft|graag|dan))* (?:uit|af)`,
		`(?:me|mij|ons) (?:graag |willen |wil )*(?:uitschrijven|afmelden|uit te schrijven|af te melden|uitgeschreven)`,
		`^(?:graag |svp )?(?:uitschrijven|afmelden)(?: graag| aub| svp| alsjeblieft)?$`,
		`(?:haal|gooi|schrap|verwijder|wis)(?:t|en)? (?:u )?(?:me|mij|ons|mijn)(?: \w+){0,4} (?:van|uit|lijst|gegevens|adres|mailadres|e-?mailadres|data)`,
		`verwijder (?:me|mij|mijn (?:\w+-?)?(?:gegevens|adres|mailadres|e-?mail))`,
		`stop(?:pen)? (?:nu |a?ub |alsjeblieft )*(?:met|dit|deze)(?: (?:het|me|mij|ons|deze|die))* ?(?:mailen|e-?mailen|sturen|schrijven|contact\w*|spammen|mails|berichten|`+
			`benaderen|lastigvallen|lastig)`, `(?:geen|niet) (?:verdere |nog )?(?:mails?|e-?mails?|mailtjes|berichten|nieuwsbrie\w+|reclame|spam)(?: \w+){0,4} meer`,
		`geen (?:mails?|e-?mails?|berichten) meer`,
		`(?:mij|me|ons)(?: \w+)? niet (?:meer|langer|weer|nogmaals) (?:te )?(?:mailen|benaderen|contacteren|schrijven|lastig|berichten)`,
		`(?:mail|benader|contacteer|schrijf|stuur)(?:t)? (?:me|mij|ons)(?: \w+){0,3} (?:niet|geen)(?: \w+){0,3} meer`, `niet (?:meer|langer) (?:gemaild|benaderd|gecontacteerd)`,
		`laat (?:me|mij|ons) met rust`),

	// No person wrote it.
	says(showsMachine, 5,
		`(?:this|the following|it)(?: \w+){0,2} (?:is|was|has been)(?: being)? (?:an? )?(?:sent |generated |created |written |produced )?(?:auto\w*[ -]?(?:reply|response|`+
			`responder|answer|message|mail|e-?mail|note|notice|acknowledge?ment)|autoreply|autoresponder|automatically|automatic|automated)`,
		`auto(?:matic|mated|mat)?[ -]?(?:reply|response|responder|answer|message|acknowledge?ment|note)(?:s)?`,
		`(?:sent|generated|answered|written) (?:out )?(?:automatically|by (?:a machine|an? auto\w*|my auto\w*))`, `autoresponder`,
		`automatic(?:ally)? (?:assistant|generated|sent|e-?mail|mail|confirmation)`, `automated (?:e-?mail|mail|message|assistant|notice|confirmation|system|inbox)`,
		`do not reply to this (?:\w+ )?(?:e-?mail|mail|message)`, `^(?:out[ -]of[ -](?:the[ -])?office|ooo|vacation (?:reply|responder|notice|message)|away message)(?::| -|$)`,
		`out[ -]of[ -]office (?:reply|message|notice|notification|auto\w*)`,
		`(?:automatische|autom) (?:antwort|abwesenheits\w*|nachricht|e-?mail|mail|rueckmeldung|eingangsbestaetigung)`, `automatisch (?:generiert|erstellt|erzeugt|versendet|verschickt)\w*`,
		`abwesenheits(?:notiz|nachricht|assistent|meldung|info\w*|benachrichtigung)`, `(?:reponse|message|mail|courriel) automatique`,
		`(?:respuesta|mensaje|correo|contestacion) automatic[ao]`,
		`(?:resposta|mensagem|e-?mail) automatic[ao]`, `(?:risposta|messaggio|e-?mail) automatic[ao]`,
		`(?:automatisch|automatische) (?:antwoord|bericht|mail|e-?mail|reactie|gegenereerd|verstuurd)`, `afwezigheids(?:bericht|melding|assistent)`,
		`auto-?(?:resposta|respuesta|risposta|reponse|antwort)`),
	says(showsMachine, 4, `(?:we have|weve|we) (?:successfully )?received your (?:message|e-?mail|mail|request|enquiry|inquiry|submission)[a-z ,]{0,30}(?:and|will|aim|shall|our)`,
		`your (?:request|ticket|enquiry|inquiry|message|case|e-?mail) (?:has been|was|is) (?:registered|received|logged|created|assigned|queued)`,
		`(?:aim|try|endeavou?r|strive|do our best) to (?:answer|reply|respond|get back)(?: \w+){0,6} (?:within|in) (?:\w+ )+(?:hours?|days?|business|working)`, `your ticket (?:number|id|#)`,
		`(?:we|ill|i will|usually|normally|typically|we will|well)(?: \w+)? (?:answer|reply|respond|get back to you|reply to you)(?: \w+){0,5} within (?:the next )?(?:\d+|`+
			`one|two|three|five|a few)(?:-\d+)? (?:\w+ )?(?:hours|days)`,
		`(?:ihre|deine|eure) (?:anfrage|nachricht|e-?mail|mail) (?:ist|wurde|haben wir)(?: \w+){0,4} (?:eingegangen|erhalten|registriert|weitergeleitet)`,
		`votre (?:message|demande|mail|e-?mail) a (?:bien )?ete (?:recue?|enregistree?|transmise?)`, `nous avons bien recu votre (?:message|demande|mail|e-?mail)`,
		`hemos recibido (?:su|tu) (?:mensaje|correo|solicitud)`, `recebemos (?:a |o )?(?:sua|seu|vossa|tua) (?:mensagem|e-?mail|pedido|solicitacao)`,
		`abbiamo ricevuto (?:la )?(?:tua|sua|vostra) (?:richiesta|e-?mail|mail)`, `wij? hebben (?:je|uw) (?:bericht|mail|e-?mail|aanvraag) (?:goed )?ontvangen`,
		`(?:your|ur) (?:e-?mail|mail|message)(?: \w+){0,3} (?:not being|not be|wont be|will not be|isnt being|is not being) (?:read|forwarded|checked|monitored|answered)`),
	says(showsAway, 4,
		`(?:im|i am|were|we are|she is|shes|he is|hes|is|are|be|being|currently|ill be|i will be|am)(?: \w+){0,2} (?:out of|not in|away from) (?:the |my |our )?(?:office|`+
			`desk|studio|country|inbox|mailbox|keyboard)`, `^(?:\w+ )?(?:out of|away from) (?:the |my )?(?:office|desk)`,
		`(?:im|i am|were|we are|is|are|currently|ill be|i will be|am|gone|presently|away|off)(?: (?:currently|now|still|presently|away|out|off|already|be))* on (?:my |an? |`+
			`his |her )?(?:\w+ )?(?:vacation|holidays?|annual leave|pto|leave|sabbatical|maternity|paternity|parental leave|honeymoon|sick leave|medical leave|a retreat)`,
		`^on (?:\w+ )?(?:leave|holidays?|vacation|pto)`,
		`(?:limited|little|no|intermittent|sporadic|restricted|patchy|without|dont have|reduced|infrequent|poor|irregular|not have) (?:\w+ )?access to (?:my |the |`+
			`any )?(?:\w+ )?(?:e-?mails?|mails?|inbox|messages|internet)`, `(?:limited|little|no|intermittent|patchy|without) (?:e-?mail access|internet|wifi|mobile signal|reception)`,
		`(?:not|wont|will not|not be|wont be|without|rarely|arent|only|seldom|no longer)(?: be)? (?:checking|monitoring|reading|looking at|check|monitor|read|answering|`+
			`see)(?: (?:my|any|the|our|this))? (?:e-?mails?|mails?|inbox|messages|mailbox|dms)`,
		`(?:inbox|mailbox|address|account|e-?mails?|mails?|messages) (?:is|are|will|will be|wont)(?: \w+)? (?:not |be |being )*(?:monitored|checked|read)`,
		`(?:ill|i will|well|we will|shall|i shall|and will|be)(?: \w+){0,3} (?:reply|respond|answer|responded|answered|get back|getting back)(?: \w+){0,7} (?:when|once|`+
			`after|upon|on|as soon as)(?: \w+){0,3} (?:return|returned|back|am back|im back|came back)`,
		`(?:ill|i will|well|we will|i) be (?:back|returning)(?: \w+){0,3} (?:in the office|at work|at my desk|in action|online|at the desk)`,
		`back (?:in the office|at work|at my desk|in action)(?: again)? (?:on|from|by|in)`,
		`(?:ill|i will|i am|im|we are|were|well|we will|office is|studio is|and i are) (?:currently )?(?:be )?(?:unavailable|unreachable|offline|not reachable|not available|`+
			`away|closed|shut)(?: \w+){0,2} (?:from|until|till|through|between|due|til|during|this week|today)`,
		`(?:office|studio|agency|we) (?:will be|is|are) closed (?:from|until|till|between|for|over)`,
		`(?:i am|im|currently|were|we are) (?:currently )?(?:away|travelling|traveling)(?: \w+)? (?:with|from|on|until|till|and|for|at|in)(?: \w+){0,5} (?:access|e-?mail|`+
			`mail|return|business)`,
		`(?:away|out|off|offline|unavailable) from (?:the )?(?:\d\S*|<month>|<day>)(?: \w+)? (?:to|until|till|through|-|and)`,
		`(?:replies|reply|response|responses|answers?)(?: \w+){0,3} (?:delayed|take (?:a little |a bit |some )?longer|slower|slow)`,
		`(?:is|are) (?:standing in|deputi[sz]ing|covering|filling in) for (?:me|us)`, `(?:nobody|no one) (?:is )?in the office`,
		`inbox (?:will be|is)(?: \w+)? (?:read|checked|monitored)(?: \w+)? (?:again|from|on|once|until)`),
	says(showsAway, 3, `(?:in|for) (?:urgent|emergency|pressing) (?:cases?|matters?|issues?|enquiries|inquiries|requests)`,
		`(?:for|with|if) (?:anything|its|it is|your \w+ is|the matter is|something|something is)?(?: \w+)? ?(?:urgent|time-sensitive|pressing)`, `(?:in|during) my absence`,
		`(?:returning|back|return|returns) (?:on |in |from )?(?:the )?(?:\d{1,2}(?:st|nd|rd|th)?|<month>|<day>)`,
		`(?:away|offline|out|off|unavailable|closed)(?: \w+){0,2} (?:until|till|through|til)`, `thank you for your (?:e-?mail|mail|patience|message)`,
		`thanks for your (?:e-?mail|mail|patience|message)`, `bear(?:ing)? with (?:me|us)`, `as soon as (?:possible|i can) (?:after|when|upon|once)`),
	says(showsAway, 4, // German
		`(?:bin|sind|ist|befinde mich|befinden uns|befindet sich|bleibt|bleiben)(?: \w+){0,6} (?:im urlaub|in urlaub|im mutterschutz|in elternzeit|krankgeschrieben|`+
			`ausser haus|nicht im (?:haus|buero)|nicht im dienst|auf dienstreise|abwesend|nicht erreichbar|auf reisen|in den ferien|geschlossen|nicht am (?:platz|arbeitsplatz|`+
			`schreibtisch)|auf geschaeftsreise)`),
	says(showsAway, 4, `(?:ab|erst|vom) (?:dem )?(?:\w+ ){0,5}(?:bin ich|sind wir) (?:\w+ ){0,5}(?:wieder|zurueck|nicht)`,
		`(?:wieder|zurueck)(?: \w+){0,4} (?:erreichbar|im buero|im haus|fuer (?:sie|euch|dich) da)`,
		`(?:mails|nachrichten|e-?mails?|mail|e-?mail) (?:werden|wird)(?: \w+){0,4} nicht (?:gelesen|weitergeleitet|bearbeitet|beantwortet)`,
		`melde mich(?: \w+){0,4}(?:,)? (?:wenn|sobald|nach)(?: \w+){0,3} (?:zurueck|rueckkehr|urlaub)`,
		`(?:keinen|nur eingeschraenkt|eingeschraenkten|kaum)(?: \w+){0,3} (?:zugriff|zugang|internet)`, `derzeit nicht erreichbar`),
	says(showsAway, 3, `(?:in|bei) dringend\w+ (?:faellen|angelegenheiten|anliegen|fragen)`, `vertretung`, `(?:wieder|zurueck) (?:ab|am) (?:dem |\d)`,
		`(?:vielen dank|danke) fuer (?:ihre|deine|eure) (?:nachricht|e-?mail|mail)`),
	says(showsAway, 4, // French, Spanish, Portuguese, Italian, Dutch
		`(?:suis|sommes|serai|serons|actuellement|est)(?: \w+){0,3} (?:en vacances|en conges?|absente?s?|en deplacement|en arret maladie|ferme[es]*|hors du bureau|injoignable)`,
		`(?:pas|sans|peu)(?: \w+){0,3} acces a (?:ma messagerie|mes (?:mails|e-?mails|messages)|internet)`,
		`(?:de retour|retour)(?: au bureau)? (?:le|lundi|mardi|mercredi|jeudi|vendredi|a partir)`,
		`(?:repondrai|reponds)(?: \w+){0,4} (?:a|des|apres) mon retour`, `absente? (?:du bureau|du \d|jusqu)`,
		`(?:estoy|estare|estamos|estaremos|me encuentro|encuentro)(?: \w+){0,3} (?:de vacaciones|de baja|fuera de (?:la )?oficina|fuera del despacho|ausente|de viaje|`+
			`de permiso|sin acceso)`, `fuera de (?:la )?oficina`, `(?:responder|contestar)\w*(?: \w+){0,4} (?:a mi (?:vuelta|regreso)|cuando (?:vuelva|regrese))`,
		`(?:acceso limitado|sin acceso)(?: \w+){0,2} (?:correo|e-?mail)`, `(?:vuelvo|volvere|regreso|regresare) (?:a la oficina|el (?:dia )?\d|el (?:lunes|martes|miercoles|jueves|viernes))`,
		`(?:estou|estarei|estamos|encontro-me|encontramo-nos)(?: \w+){0,3} (?:de ferias|em ferias|de licenca|em licenca|ausente|fora do escritorio|em viagem|de baixa)`, `fora do escritorio`,
		`(?:responderei|respondo)(?: \w+){0,4} (?:quando (?:voltar|regressar)|no meu regresso|assim que (?:voltar|regressar))`,
		`(?:regresso|retorno|volto|regressarei|voltarei|retornarei) (?:ao (?:escritorio|trabalho)|(?:no|em|a) (?:dia )?\d)`, `acesso limitado`,
		`(?:sono|sara|saro|siamo|saremo)(?: \w+){0,3} (?:in ferie|in vacanza|assente|fuori (?:ufficio|sede)|in congedo|in maternita|chiusi|in malattia|in viaggio)`,
		`(?:rispondero|risponderemo)(?: \w+){0,4} (?:al mio (?:rientro|ritorno)|al rientro)`,
		`(?:rientro|rientrero|tornero|torno)(?: \w+){0,2} (?:in ufficio|il \d+|operativ\w|lunedi|martedi|mercoledi|giovedi|venerdi)`, `uffici(?:o)? (?:chius\w|rimarr\w+)`,
		`(?:ben|zijn|is)(?: \w+){0,5} (?:met vakantie|op vakantie|niet op kantoor|afwezig|niet aanwezig|met verlof|met zwangerschapsverlof|niet bereikbaar|gesloten|`+
			`buiten kantoor|op reis)`, `(?:lees|beantwoord|reageer)(?: ik)?(?: \w+){0,4} (?:mail weer|weer|na mijn|zodra|bij terugkomst|als ik terug)`,
		`(?:terug|weer)(?: \w+)? (?:op kantoor|aanwezig|bereikbaar)`, `(?:beperkt|geen)(?: \w+)? toegang tot`),
	says(showsAway, 3, `en cas d urgence`, `pour toute urgence`, `(?:en caso de urgencia|para (?:asuntos|temas|cualquier asunto) urgentes?)`,
		`(?:em caso de urgencia|para assuntos urgentes)`, `(?:in caso di urgenza|per urgenze)`, `(?:bij spoed|in dringende gevallen|voor dringende)`, `mientras tanto`),

	// Gone, or somebody else.
	says(showsGone, 5,
		`no longer (?:work\w*|employed|represent\w*|manag\w*|with (?:us|the|our|this)|at (?:this|the|our)|part of|on (?:our|the) (?:roster|books)|signed with|her manager|`+
			`his manager|their manager|look\w* after|handl\w+|a client|under contract)(?: \w+)?`,
		`(?:doesnt|does not|dont|do not|isnt|not|never|didnt) (?:work|works|working|worked|employed) (?:here|there|at|with us|for (?:us|them|the|this|that)|in (?:this|`+`the))(?: \w+)?`,
		`(?:doesnt|does not|dont|do not|isnt|not) (?:represent\w*|manag(?:e|ing))(?: \w+){0,2}`,
		`(?:isnt|is not|not) (?:with (?:us|the agency|the company)|on our roster|part of our|a client)(?: any ?more)?`,
		`(?:is|are|im) (?:now )?(?:with|at|signed to) (?:a (?:different|new)|another) (?:agency|management|company|network)`,
		`(?:has|have|ive|shes|hes|weve|recently|is|she|he|i|who) (?:now |since |recently |just )?(?:departed|resigned from|quit|retired from|moved on from|parted ways with|`+
			`stopped representing|stopped managing) (?:the |our |us|my |this |that )?(?:\w+ )?(?:company|agency|team|network|business|role|job|position|firm|industry|management|`+
			`creators|media|talent|us|them|in|last)?`,
		`(?:left|leaving|quit) (?:the |our |my |this )(?:\w+ )?(?:company|agency|team|network|business|role|job|position|firm|industry|management)`,
		`(?:has|have|ive|shes|hes|she|he) (?:now |since |recently |just )?(?:left|moved on|retired|departed)$`,
		`(?:we|i) (?:stopped|no longer|dont|do not|have stopped|ceased) (?:represent\w*|manag\w+|look\w* after|handl\w+|work\w* with)`,
		`(?:parted|part|gone|went) (?:ways|our separate ways)`, `(?:used to|formerly) (?:manage|represent|work (?:for|at|with)|look after)`,
		`(?:was|were|been|got) (?:taken over|sold|bought|acquired)`, `sold (?:the|my|this) (?:channel|account|page|blog)`,
		`(?:my last day (?:at|was|with)|no longer (?:active|in use|valid|monitored|employed|responsible|in charge|involved|the (?:right|contact|person|manager|owner)))`,
		`(?:arbeite|arbeitet|betreue|betreuen|betreut|vertrete|vertreten|vertritt|manage|managen|bin|ist|sind)(?: \w+){0,4} nicht (?:mehr|laenger)(?: \w+){0,4} (?:agentur|`+
			`unternehmen|uns|team|firma|unter vertrag|zustaendig|taetig|betreut|vertreten)`, `(?:arbeitet|betreue[nt]?|vertret\w+|vertritt)(?: \w+){0,3} nicht mehr`,
		`nicht mehr (?:bei|fuer) (?:uns|der|die|das)`, `(?:unternehmen|agentur|firma)(?: \w+){0,3} verlassen`,
		`ne (?:represent\w*|gere\w*|travaille\w*|s occupe|m occupe|fait|fais|suis) plus (?:partie|ici|chez|pour (?:eux|elle|lui|l|la|nous)|avec (?:elle|lui|nous)|d elle|`+
			`de lui|sa|son|l agent\w*|en charge|de ces|du|la|le|les|l)(?: \w+)?`, `a quitte`, `(?:j ai|nous avons) quitte`, `n est plus (?:chez|avec|dans|represent\w+|parmi)`,
		`ya no (?:represent\w+|llev\w+|gestion\w+|form\w+ parte|trabaj\w+ (?:aqui|en|para|con (?:ella|el|nosotros|ellos))|est\w+ (?:con nosotros|en (?:la|esta)|a cargo)|`+
			`soy (?:su|el|la)|me encargo|nos encargamos)`, `(?:dejo|ha dejado|deje|he dejado) (?:la|el) (?:agencia|empresa|equipo)`,
		`(?:ja )?nao (?:represento|representamos|trabalha|trabalho|trabalhamos|faz parte|agencio|agenciamos|giro)(?: \w+){0,2}(?: mais)?`, `deixou (?:a|de) (?:empresa|agencia|trabalhar)`,
		`non (?:rappresent\w+|gestisc\w+|segu\w+|ci occup\w+|mi occup\w+|fa) (?:\w+ )?piu(?: parte)?`, `non lavor\w+ piu (?:qui|per|da|in|con (?:noi|lei|lui))`, `ha lasciato (?:l |la |il )`,
		`(?:werk|werkt|vertegenwoordig\w*|beheer\w*|begeleid\w*)(?: \w+){0,3} niet (?:meer|langer)(?: \w+){0,2}`, `(?:niet meer|niet langer) (?:bij ons|werkzaam|in dienst|verantwoordelijk)`),
	says(showsWrong, 4,
		`(?:not|isnt|arent|im not|aint) (?:the|your|an?) (?:right|correct|best|proper|appropriate|relevant)? ?(?:person|contact|address|one you|guy|girl|owner|creator|`+
			`youtuber|influencer|blogger|streamer|account|inbox|department|team|place|email|point of contact|decision[- ]maker|channel)`,
		`wrong (?:person|guy|girl|woman|man|dude|department|inbox|contact|e-?mail|mailbox|team|desk|agency|one|number|account|people|recipient|place|channel)`,
		`(?:have|got|youve|reached|mailed|used|using|using the|its|is|to) (?:the )?wrong address`,
		`(?:mistaken|mixed up|confus\w+|mistook|mistake) (?:me|us)?(?: \w+)? ?(?:for|with) (?:someone|somebody|another|my|a different|some other)`,
		`(?:not|isnt|aint|none of) (?:my|our) (?:channel|account|department|area|job|responsibility|business|call|decision|field|page|table|desk|side|remit)`, `same name`,
		`different person`, `(?:not|isnt|arent) (?:in charge|responsible|involved|the one|handling|dealing|involved in)(?: \w+){0,3}`,
		`(?:dont|do not|doesnt|does not|never|cant) (?:handle|deal with|look after|take care of|decide|negotiate|book (?:talent|creators)|run (?:the|this|that|her|`+
			`his) (?:channel|account|page)|own (?:the|this|that|an?) (?:channel|account|page)|have (?:an?|any) (?:say|channel|youtube|instagram|tiktok|blog|account|`+`followers))(?: \w+){0,4}`,
		`(?:please|kindly|should|must|need to|have to|can|could|better|best|best to|pls|want to|would|rather|just|and|instead|hed|you|off|to) (?:<reach>) (?:(?:to|with|`+
			`directly|it|this|that|your \w+|the \w+|all \w+|offer|requests?) )*(?:my|our|her|his|their|the|its|your) (?:\w+ ){0,3}?(?:<boss>)`,
		`(?:<reach>) (?:my|our|her|his|their) (?:\w+ )?(?:<boss>)`,
		`(?:<boss>|she|he|they|who|\w+) (?:handles|manages|takes care of|looks after|deals with|decides on|negotiates|handle|manage) (?:all |all of )?(?:my |our |her |his |`+
			`their |the |these |those |such |of )*(?:brand\w*|partnerships?|collab\w*|sponsor\w*|deals|bookings?|business|enquiries|inquiries|this|that|these|commercial|`+`requests|offers)`,
		`(?:represented|managed|looked after|handled|repped|taken care of)(?: \w+){0,2} by`,
		`(?:<brands>|requests|enquiries|inquiries|bookings|offers|business|that|this|everything|all of (?:that|this))(?: \w+){0,3} (?:sit|sits|go|goes|run|runs|lie|lies|`+
			`lives|handled|managed|is|are|done)(?: \w+)? (?:with|through|via|over|by|to) (?:my|our|her|his|their|the|\w+ (?:at|from))`,
		`(?:bookings|<brands>|enquiries|inquiries|requests) (?:all )?(?:go|run|are handled|are managed) (?:through|via) \w+(?: \w+)?`,
		`(?:looping in|loop in|ccing|cc ing|copying in|putting you in touch with|introduce you to|connect you with) (?:in )?(?:\w+ )?(?:here|who|she|he|my|our|the|\w+)`,
		`(?:forward(?:ed|ing)?|pass(?:ed|ing)?|hand(?:ed|ing)?|redirect(?:ed)?) (?:this|it|your (?:e-?mail|mail|message|offer|request|note)|you|that)(?: \w+)? (?:on |over |`+
			`along )?to (?:my|our|the|her|his)(?: \w+){0,2}`,
		`better off (?:writing|talking|asking|contacting|mailing|speaking|e-?mailing)`, `(?:should|must|ought to|needs to|has to|is meant to) go to (?:\w+)`,
		`(?:youll|you will|youd|you would|you) (?:have to|need to|need|want|must) (?:to )?(?:contact|ask|write|speak|talk|e-?mail|mail|go|turn|find|each|his|her|their)`,
		`(?:write|address|send|direct|contact)(?: \w+){0,4} to (?:them|him|her|mailaddr|my manager)`, `(?:go to|contact|via) (?:with )?\w+ mailaddr`,
		`(?:never heard of|who is|no idea who|dont know (?:who|any|anyone|anybody))(?: \w+)?`,
		`(?:you|ur) (?:probably |must |might )?(?:meant|mean|looking for|want) (?:to (?:write|contact|reach|e-?mail) )?(?:my|the|another|someone else|somebody else|a different)`,
		`i only (?:do the|gave|handle|edit|run the|film for|manage the)`, `(?:ask|contact|try|email|mail) (?:him|her|them|marketing|pr)`,
		`(?:my|our) (?:cousin|brother|sister|wife|husband|daughter|son|manager|agent|friend|boss|partner) (?:runs|owns|handles|does|manages|is the one)`,
		`(?:im|i am) (?:just |only )?(?:her|his|their|the) (?:assistant|editor|mother|mom|mum|dad|father|brother|sister|accountant|cameraman|wife|husband)`),
	says(showsWrong, 3, `(?:please )?(?:contact|write to|e-?mail|mail|reach out to|get in touch with|send (?:it|this|that|your \w+) to|use|try|ask|reach \w+ (?:at|on|under)|`+
		`via)(?: \w+){0,4}(?:,|:| at| on| under)? ?mailaddr`, `mailaddr instead`),
	says(showsWrong, 4, // the other languages
		`(?:falsch|nicht richtig)(?: \w+)? (?:bei mir|hier|verbunden|adresse|person)`, `(?:bei mir|hier|bei uns)(?: \w+){0,2} (?:falsch|an der falschen|nicht richtig)`,
		`falsche\w* (?:adresse|person|ansprechpartner\w*|empfaenger|e-?mail\w*|mail\w*|kanal)`,
		`(?:nicht|keine|kein)(?: \w+){0,3} (?:zustaendig|ansprechpartner\w*|verantwortlich|der richtige|die richtige)`, `(?:ist|sind|waere)(?: \w+){0,5} (?:zustaendig|verantwortlich)`,
		`(?:wende|wenden|schreib|schreiben|kontaktier\w*|richte\w*|melde\w*|frag\w*)(?: \w+){0,5} (?:an|bei|mit) (?:mein\w*|unser\w*|ihr\w*|sein\w*|mailaddr|das management|`+
			`die agentur|den|die|das)(?: \w+)?`, `(?:bitte )?an (?:\w+ )?mailaddr`,
		`(?:laeuft|laufen|gehen|geht|macht|machen|kuemmert|regelt)(?: \w+){0,4} (?:ueber|mein\w*|unser\w*)(?: \w+)? ?(?:management|agentur|manager\w*|agent\w*|kolleg\w+|team)?`,
		`(?:zuständig|verwechsel\w+)`,
		`(?:pas|plus) (?:moi|la bonne (?:personne|adresse)|le bon (?:contact|interlocuteur|service)|la personne)`,
		`(?:mauvaise (?:personne|adresse)|mauvais (?:contact|destinataire|interlocuteur)|trompe[sz]? (?:de|d))`,
		`(?:voyez|voir|contact(?:ez|er)|adress(?:ez|er)|ecri(?:vez|re)|parl(?:ez|er))(?:[ -]\w+){0,4} (?:avec|a|mon|ma|notre|mes) (?:mon |ma |notre )?(?:agent|agente|`+
			`manager|manageuse|agence|collegue|equipe)`, `(?:c est|mon|ma|notre) (?:\w+ )?(?:agent|agence|manager|collegue)(?: \w+)? qui`, `ne m occupe pas`, `(?:gere|geree?s?) par`,
		`no soy (?:la persona|el contacto|quien|yo|el responsable|la responsable)`, `(?:persona|direccion|correo|contacto) equivocad\w+`,
		`te (?:has )?(?:equivocado|equivocaste|confundes|has confundido)`, `se (?:ha )?(?:equivocado|equivoco)`,
		`(?:tendras|tienes|tendreis|teneis|debes|deberias|tiene|hay) que (?:escrib|habl|contact|pregunt)\w+`,
		`(?:escrib|habl|contact|dirig)\w*(?: \w+){0,3} (?:a|con) (?:mi|nuestra|nuestro|su) (?:manager|agente|agencia|representante|equipo|companer\w)`,
		`(?:lo|las|los|eso|esto) (?:lleva|gestiona|llevan)(?: \w+)? ?(?:mi|nuestra|nuestro)?`, `no me encargo`,
		`nao sou (?:a pessoa|o contacto|o contato|eu|o responsavel|a responsavel)`, `(?:pessoa|endereco|e-?mail|contacto|contato) errad\w`, `enganou-se|se enganou`,
		`(?:fale|falem|contacte|contate|entre em contato|entrem em contacto|escreva|falar|contactar)(?: \w+)? (?:com|a|ao) (?:o |a )?(?:meu|minha|nossa|nosso)(?: \w+)?`,
		`quem (?:trata|cuida|gere|faz)(?: \w+){0,4} e (?:o|a)`, `nao sou eu`,
		`non sono (?:la persona|io|il contatto|il referente|la referente|il responsabile)`,
		`(?:sbagliato|sbagliata|sbagliat\w) (?:indirizzo|persona|contatto|destinatario|mail)|(?:indirizzo|persona|contatto) (?:sbagliat\w|errat\w)`, `ha(?:i)? sbagliato`, `non mi occupo`,
		`(?:scriv|contatt|rivolg|parl)\w*(?: \w+){0,3} (?:al|alla|il|la|con il|con la|a) (?:mio|mia|nostro|nostra|suo|sua)(?: \w+)?`, `se ne occupa`,
		`(?:niet|ben niet|verkeerde)(?: de)? (?:juiste|goede)? ?(?:persoon|adres|contactpersoon|afdeling)`, `verkeerd(?:e)? (?:adres|persoon|verbonden|mailadres)`,
		`(?:moet|kun|kan|kunt|dien)(?: \w+){0,3} (?:bij|aan|met|contact)(?: \w+){0,3} (?:mijn|onze|haar|zijn)(?: \w+)?`,
		`(?:neem|mail|stuur)(?: \w+){0,3} (?:contact op met|naar|aan) (?:mijn|onze)(?: \w+)?`, `ga ik niet over`, `niet verantwoordelijk`),

	// No.
	says(showsNo, 5, `(?:hard|firm|polite|easy) (?:pass|no)`, `(?:but )?no,? thank(?:s| you)(?: you)?`, `thanks,? but no(?: thanks)?`, `count (?:me|us) out`, `not in a million years`,
		`^(?:declined|denied|rejected|pass|no deal)(?:,|$)`, `^(?:hi,? |hey,? |sorry,? |hm+,? |um+,? |lol,? |haha,? |thanks,? )*(?:no|nope|nah|nay|non|nein|nee)(?: sorry| thank.*)?$`,
		`(?:not|isnt|arent|not really|not at all|not particularly|no longer|aint) (?:\w+ )?interested`, `(?:no|zero|not any|dont have any|havent any) interest`,
		`(?:ill|i will|well|we will|have to|going to|gonna|must|like to|need to|decided to|id|we|i|to|and|would|ll|will be|politely|respectfully|graciously|she|`+
			`he) (?:have to |need to |just |politely |respectfully |kindly |rather |regretfully |unfortunately |therefore |sadly |must |to |be )*(?:decline|pass|declining|`+`passing)(?: \w+)?`,
		`(?:turn|turning|turned) (?:it|this|that|you|the offer|your \w+) down`),
	says(showsNo, 4, `(?:not|isnt|wasnt|never|arent|aint) (?:something|anything|really|quite|exactly|a|an|the|right|for|my|our|going to be|suited|suitable|aligned|in line|compatible|`+
		`within|what)*(?: \w+){0,2}? ?(?:for (?:me|us|my \w+|our \w+|her|him|them|this channel)|match|fit|good fit|cup of tea|thing|style|vibe|direction|brand|values|`+
		`audience|niche|right|suitable|aligned|what (?:i|we)\w* (?:do|looking for))`,
		`(?:dont|do not|wont|will not|cant|cannot|can not|couldnt|not|never|not going to|not able to|unable to|not gonna|wouldnt|would not|doesnt|does not|refuse to|`+
			`not willing to|decided not to|chosen not to|prefer not to|rather not|not in a position to|no longer|never ever) (?:be able to |be |really |currently |want to |`+
			`wish to |like to |feel |actually |usually |generally |personally |ever |take part in |do |doing |going to |able to |comfortable )*(?:accept\w*|participat\w+|`+
			`tak(?:e|ing) (?:part|this on|it on|on)|promot\w+|join\w*|collaborat\w+|partner\w*|advertis\w+|endors\w+|mov(?:e|ing) (?:forward|ahead)|proceed\w*|`+
			`go(?:ing)? (?:ahead|forward|through with)|do(?:ing)? (?:it|this|that|sponsor\w*|paid|ads?|brand\w*|adverts|collab\w*|partnership\w*|any|these|such|promo\w*|`+
			`gambling)|run(?:ning)? (?:it|this|ads)|offer (?:any )?ads|be a partner|be part|work with|work together|working with|comfortable with|comfortable (?:advert|`+
			`promot)\w+|put my name|represent|commit|make it work|say yes|be doing|show|pursue|pursuing|continue)(?: \w+){0,3}`,
		`(?:dont|do not|doesnt|does not|didnt|wouldnt|would not) (?:think|believe|feel|see)(?: \w+){0,4} (?:match|fit|right|works?|suit\w*|good idea|for (?:me|us)|`+
			`make sense|align\w*|resonate|happen\w*)`,
		`(?:doesnt|does not|didnt|dont|wouldnt|would not|wont) (?:really |quite |actually |just )?(?:fit|suit|align|match|resonate|sit right|appeal|interest|speak to|`+
			`go (?:well )?with|feel right|make sense|tick)(?: \w+){0,3}`,
		`(?:decided|decision|choose|chose|voted|opted) (?:against|not to|to (?:decline|pass|say no|sit (?:this|it)))(?: \w+)?`,
		`(?:have|had|going|got|need|forced|afraid (?:i|we)) (?:to )?(?:say no|withdraw|pull out|back out|turn|reject|refuse|bow out|step back|decline)`,
		`(?:its|it is|thats|that is|this is|answer is|so|still|afraid|be|from me|from us)(?: \w+)? (?:a )?no(?: from (?:me|us|my \w+)| for (?:me|us)|$|,)`, `out of the question`,
		`(?:im|i am|were) (?:out|gonna sit this one out|not in)$`, `against (?:my|our|her|his) (?:values|principles|beliefs|policy|rules|religion)`,
		`(?:not|no longer) (?:accepting|taking|doing|available for|open to|looking for|seeking) (?:\w+ )?(?:<brands>|any|new|advertising)`, `(?:sit|sitting) this one out`,
		`(?:exclusive|exclusivity|long-term|existing|under contract|contract|contracted|signed|committed|deal)(?: \w+){0,4} with (?:a|an|another|one of your|`+
			`your) (?:\w+ )*(?:competitor|brand|maker|company|rival|partner)`,
		`already (?:have|work|working|got|partnered|partner|sponsored|signed|represent|promote)(?: \w+){0,3} (?:partner|sponsor|competitor|brand|with another|with a|by)`,
		`(?:wont|will not|wouldnt|isnt going to) (?:happen|work(?: out)?(?: for)?|be (?:possible|a fit))(?: \w+)?`,
		`^(?:sorry,? |hi,? |thanks,? )*no, (?:but |i |we |this|that|not|sorry|thank|its|im)`, `not (?:really |quite |exactly )?(?:my|our) (?:thing|style|cup|vibe|scene|jam|niche|bag)`,
		`(?:find|found|have|went with|going with) (?:someone|somebody) else`, `without ads`, `conflict of interest`, `(?:never|not) (?:advertise|promote)`,
		`(?:dont|do not) (?:believe in|trust|like|agree with|approve of) (?:the|your|this|such|these)(?: \w+)?`),
	says(showsNo, 2, `wish you (?:all )?(?:the )?(?:best|luck|success)`, `(?:good luck|all the best) (?:with|finding)`, `unfortunately`, `i(?:m| am) afraid`, `sorry`),
	says(showsNo, 4, `^(?:leider |danke,? |hallo,? |hi,? |sorry,? )*nein(?:,| danke| leider|$)(?: danke)?`, `(?:kein|keinerlei) interesse`, `nicht interessiert`,
		`(?:moechte|moechten|will|wollen|kann|koennen|werde|werden)(?: \w+){0,6} nicht(?: \w+)? (?:teilnehmen|mitmachen|machen|annehmen|zusammenarbeiten|bewerben|`+
			`kooperieren|zusagen|werben|dabei sein|unterstuetzen|eingehen)`, `(?:muss|muessen|moechte|moechten|wuerde|werde)(?: \w+){0,5} (?:absagen|ablehnen|passen|verzichten)`,
		`lehne(?:n)?(?: \w+){0,5} ab`, `sage(?:n)?(?: \w+){0,3} ab`, `(?:passt|passen)(?: \w+){0,5} nicht (?:zu|zum|zur|in)`, `(?:ist|waere)(?: \w+)? nichts fuer (?:mich|uns)`,
		`mach(?:e|en)(?: \w+){0,2} keine (?:werbung|kooperationen|werbe\w+)`, `ohne mich`, `nicht in frage|nicht infrage`, `leider nicht`, `kommt(?: \w+){0,3} nicht in(?: |)frage`,
		`(?:arbeite|arbeiten)(?: \w+){0,3} nicht mit`,
		`(?:ne|n|pas)(?: \w+){0,3} (?:pas )?(?:interess\w+|interesse)`, `(?:prefere|preferons|dois|devons|vais|allons|souhaite)(?: \w+){0,2} (?:decliner|refuser|passer)`,
		`je (?:decline|refuse|passe)`, `ne (?:fais|faisons|travaille|prends) plus (?:de|d|avec des)(?: \w+)?`, `(?:ne )?(?:correspond|colle|convient)(?: \w+)? pas`,
		`^(?:desolee?,? |bonjour,? )*non(?:,)? (?:merci|desole\w*|je|ce)`,
		`(?:ne|n)(?: \w+){0,2} (?:souhaite|souhaitons|peux|pouvons|veux|fais|faisons)(?: \w+)? pas (?:\w+ )?(?:donner suite|participer|collaborer|accepter|travailler|faire|`+
			`de (?:partenariat\w*|collab\w*|pub\w*|placement\w*))`, `pas pour moi`, `pas (?:donner )?suite`, `sans moi`,
		`no (?:me|nos) interesa`, `no (?:estoy|estamos) interesad\w+`, `no,? (?:muchas )?gracias`, `(?:tengo|tenemos|debo|prefiero|voy) (?:que |a )?(?:rechazar|declinar|decir que no)`,
		`no (?:voy|vamos|puedo|podemos|quiero|queremos|podre|podria) (?:a )?(?:particip\w+|acept\w+|colabor\w+|hacer\w*|promocion\w+|trabaj\w+)`,
		`no (?:encaja|va|cuadra|encajamos) (?:con|en)?`, `no (?:hago|hacemos|trabajo|trabajamos|colaboro|acepto) (?:con )?(?:publi\w*|colab\w*|patrocin\w*|marcas|este)?`, `no es para mi`,
		`nao (?:tenho|temos|ha) interesse`, `nao (?:me|nos) interessa`, `nao (?:estou|estamos) interessad\w+`, `nao,? obrigad\w`,
		`nao (?:vou|vamos|posso|podemos|quero|poderei|conseguirei|pretendo) (?:\w+ )?(?:particip\w+|aceit\w+|avancar|colabor\w+|fazer|prosseguir|seguir|trabalhar)`,
		`(?:tenho de|tenho que|vou|prefiro|terei que) (?:recusar|declinar|passar)`,
		`nao (?:faz sentido|combina|se enquadra|encaixa|faco|fazemos|aceito|e para mim|trabalho com|se adequa)(?: \w+)?`,
		`non (?:mi|ci) interessa`, `non (?:sono|siamo) interessat\w`, `no,? grazie`, `(?:devo|dobbiamo|preferisco|preferiamo) (?:rifiutare|declinare|dire di no|passare)`,
		`non (?:posso|possiamo|voglio|intendo|vogliamo|me la sento) (?:\w+ )?(?:partecip\w+|accett\w+|collabor\w+|farlo|promuov\w+|lavor\w+)`,
		`non (?:e in linea|fa per me|fa per noi|rispecchia|e adatt\w|faccio|facciamo|collaboro|lavoro con|accetto)`, `rifiuto`,
		`(?:geen|niet) (?:interesse|geinteresseerd|geintereseerd)`, `nee,? (?:dank|bedankt|sorry|dat|ik|helaas)(?: \w+)?`, `helaas niet`,
		`(?:moet|wil|ga|sla|zal)(?: \w+){0,5} (?:afslaan|bedanken|afwijzen|passen|weigeren|overslaan)`, `sla(?: \w+){0,3} over`, `(?:past|passen)(?: \w+){0,3} niet (?:bij|in)`,
		`(?:werk|doe|wil|ga|kan)(?: \w+){0,3} niet (?:samen|mee|meedoen|samenwerken|aan mee)`, `niets? voor (?:mij|ons)`, `doe(?:n)? geen (?:samenwerk\w+|reclame|betaalde|promo\w*|spon\w*)`),

	// Later.
	says(showsAskLater, 4,
		`(?:reach(?:ing)? out|check (?:in|back)|circle back|come back|touch base|follow up|try(?: me| us)?|ask(?: me| us)?|ping(?: me| us)?|contact (?:me|us)|message (?:me|`+
			`us)|e-?mail (?:me|us)|mail (?:me|us)|write(?: to)?(?: me| us)?|remind (?:me|us)|nudge (?:me|us)|hit me up|drop (?:me|us) a \w+|call(?: me| us)?|hmu|poke me|`+
			`get in touch|be in touch|get back to (?:me|us)|back to (?:me|us)|text me|dm me|lets talk|lets speak|can talk|talk|speak|chat|revisit|reconnect|catch up|`+
			`pick (?:this|it) (?:back )?up|discuss|connect|have a look|look (?:at|into) (?:it|this)|reconsider|restart)(?: (?:it|this|that|me|us|to|about|with|of|the|on|a|`+
			`please|maybe|perhaps|more|properly|you|and|know|conversation|up|back|offer|your|idea|for|line|email|then))*,? (?:again(?: in| after| then| next| later| once| when|`+
			` around| towards| on|$)?|later|then|afterwards?|after|in (?:a|an|\d+|two|three|four|six|few|the|early|mid|late|about|around|say|<month>|<season>|q\d|20\d\d|january|`+
			`some)|next (?:week|month|year|season|quarter|<season>|<month>|<day>)|once|when (?:i|we|im|were|things|my|the|its|that)|at (?:that point|the end|the beginning|`+
			`the start|a later)|towards|from <month>|around <month>|around (?:the|q\d|easter|christmas)|some other time|another time|sometime|closer to|end of|by the end|`+`on (?:<day>|the \d))`,
		`(?:until|till|til|before) then`,
		`(?:let me|ill|i will|well|let us|can i|need to|have to) (?:get (?:through|back to you)|finish|come back to (?:you|this)|be in touch|think about it|circle back|`+
			`revisit)(?: \w+){0,5} (?:first|later|next|when|once|after|in|end|at the)`,
		`(?:push|move|postpone|delay|shift|defer|put|reschedule|park|table|shelve)(?: (?:this|it|that|things|the \w+|our \w+))? (?:to|back|off|until|till|out|on hold|on ice|`+
			`for now|into|by|for (?:a|the|next|another))(?: \w+)?`,
		`(?:keep|save|bear|have) (?:me|us|my \w+|our \w+|her|him) (?:in mind|on (?:your|the|file|the radar)|for (?:the )?(?:next|future|later|another))(?: \w+)?`,
		`(?:next|another|future) (?:round|time around|time|season|campaign)(?: maybe| perhaps| please)?`,
		`(?:maybe|perhaps|possibly|hopefully|rather|better) (?:again )?(?:after|later|next|in (?:the )?(?:<month>|<season>|a|\d|two|three|few|new|q\d)|another time|`+
			`some other time|towards)`, `rain ?check`,
		`(?:wait|hold off|pause|waiting)(?: \w+){0,3} (?:until|till|til|a (?:bit|while|few)|for (?:a|the|now)|with)`,
		`(?:after that|afterwards),? (?:im|i am|were|we are|i can|we can|id|ill|happy|lets|we could|i could|sure)(?: \w+)?`, `(?:talk|speak|revisit|chat) (?:then|after|later)`,
		`(?:open|free|available|up for it|happy to|could|can|slot|spot|spots|slots|space|room|capacity)(?: \w+){0,5} (?:again )?(?:after that|afterwards|from <month>|`+
			`in <month>|as of <month>|after <month>|then|next (?:month|year|season|quarter)|in q\d|from q\d)`),
	says(showsBusy, 4, `not (?:right now|at the moment|at this (?:time|moment|point|stage)|at present|now|yet|this (?:month|week|quarter|season|year|time|summer|spring|autumn|fall|winter)|`+
		`currently|just yet|until|before|for now|today)(?:,| |$)(?:maybe|but|perhaps|ask)?`,
		`(?:cant|cannot|couldnt|wont be able to|not able to|unable to) (?:\w+ ){0,4}(?:until|till|before|right now|this (?:month|week|quarter|time|season)|at the moment|`+
			`currently|just now)`,
		`(?:gerade|derzeit|momentan|aktuell|im moment|zurzeit|jetzt|diesen monat|diese woche|dieses jahr)(?: \w+){0,5} (?:nicht|keine (?:zeit|kapazitaet\w*)|ausgebucht|`+
			`schlecht|zu viel|viel los|unpassend)`, `(?:noch nicht|keine zeit|keine kapazitaet\w*|ausgebucht|zu frueh|viel zu tun)`,
		`(?:pas|peu)(?: \w+){0,2} (?:le temps|de temps|disponible|dispo|en ce moment|pour le moment|pour l instant|maintenant|ce mois)`,
		`(?:ahora|ahora mismo|de momento|por ahora|este mes|en este momento|actualmente)(?: \w+){0,3} (?:no|imposible|liad\w|complicado|ocupad\w|a tope)(?: \w+)?`,
		`(?:agora|neste momento|por agora|de momento|este mes|no momento|por enquanto)(?: \w+){0,3} (?:nao|sem|impossivel|ocupad\w)(?: \w+)?`,
		`(?:adesso|ora|in questo momento|per ora|al momento|questo mese)(?: \w+){0,3} (?:non|pien\w|impossibile|impegnat\w|no)(?: \w+)?`,
		`(?:nu|op dit moment|momenteel|deze (?:maand|week)|dit (?:jaar|kwartaal)|voorlopig)(?: \w+){0,4} (?:niet|geen tijd|te druk|vol|lukt niet|even niet)`),
	says(showsBusy, 3, `(?:as soon as|once|when) (?:i|we|im|were|ive|weve|she|he)(?: am| are| have| is|s)? ?(?:back|home|done|finished|settled|recovered|less busy|better|returned|return)`),
	says(showsBusy, 3, `(?:im|i am|were|we are|is|are|too|so|super|really|crazy|very|quite|pretty|rather|bit|way|insanely|completely|currently|just) (?:\w+ )?(?:busy|swamped|slammed|`+
		`snowed under|drowning|buried|overwhelmed|tied up|booked(?: up| out| solid)?|flat out|stretched|too early|early for|overbooked|maxed out|underwater|knee-deep)`,
		`(?:snowed under|fully booked|booked (?:out|solid|until|up)|hands full|no (?:capacity|time|bandwidth|slots?|space)|at capacity|plate is full|full plate|`+
			`up to my (?:neck|ears|eyes)|bad (?:time|moment|timing)|(?:timing|time) (?:isnt|is not|is bad|isnt great)|too much on|lot on my plate|on deadline|`+
			`deadlines?(?: this)|drowning|swamped|snowed in|hectic)`, `(?:dont|do not|havent|have not|wont have|lack) (?:\w+ )?(?:time|the time|capacity|space|bandwidth|room)(?: \w+){0,3}`,
		`(?:on|taking|having|need|take) (?:a |an )?(?:\w+ )?(?:break|hiatus|detox|time off|tour)(?: \w+){0,3}`,
		`(?:need|give me|give us|take|take me|want|some|bit|little) (?:a (?:bit|little|few) )?(?:more )?(?:of )?(?:time|days?|weeks?|two or three weeks|until)(?: \w+){0,2}`,
		`(?:diary|calendar|schedule|planning|slots?)(?: \w+){0,3} (?:full|clear|packed|closed|taken|gone)`,
		`(?:until|till|til|through) (?:the )?(?:end|middle|beginning|start|mid|<month>|<season>|\d|then|next)(?: \w+){0,3}`,
		`(?:later|end of) (?:in |of )?(?:the|this) (?:year|month|season|summer|quarter)`),
	says(showsAskLater, 4,
		`(?:frag|meld|schreib|komm|kontaktier|versuch|sprech|sprich|red|unterhalt|unterhalten|hoer)\w*(?: \w+){0,8} (?:wieder|spaeter|nochmal|noch mal|noch einmal|erneut|`+
			`im (?:<month>|fruehjahr|fruehling|sommer|herbst|winter|januar|naechsten|neuen)|naechste\w*|in (?:ein paar|zwei|drei|vier|\d|einigen|einem)|nach (?:dem|den|der)|`+
			`danach|ab <month>)`, `danach (?:koennen|koennte|gerne?|passt|geht|waere|bin|sind|habe)(?: \w+){0,4}`,
		`(?:spaeter|ein andermal|ein anderes mal|naechste[srn]? (?:mal|jahr|monat|woche|saison|quartal))(?: \w+)?`,
		`(?:im (?:fruehjahr|fruehling|sommer|herbst|winter|neuen jahr))(?: (?:wieder|gerne?|nochmal))?`,
		`bis (?:ende|mitte|anfang|<month>|zum)(?: \w+){0,2} (?:bin|habe|sind|haben)(?: \w+){0,3}`,
		`(?:reven|recontact|re-?contact|reecri|ecri|repren|rappel|relanc|reparl|repass|retent)\w*(?:[ -]\w+){0,5} (?:en|dans|apres|plus tard|a partir|le mois prochain|`+
			`l annee prochaine|a la rentree|au printemps|debut|fin|mi-|d ici|cet)(?: \w+)?`,
		`(?:plus tard|pas maintenant|pour l instant|en ce moment|debordee?s?|le mois prochain|l annee prochaine|peut-etre en)`,
		`(?:escrib|habl|contact|volv|retom|pregunt|avis|busc)\w*(?: \w+){0,6} (?:en (?:un|unos|unas|<month>|otono|primavera|verano|dos|tres|\d)|mas adelante|despues|`+
			`dentro de|el (?:mes|ano|trimestre) (?:que viene|proximo)|a partir de|la (?:semana|proxima)|luego|cuando)`,
		`(?:mas adelante|mas tarde|otra ocasion|en otro momento|el proximo (?:mes|ano)|no tengo tiempo|agenda (?:llena|completa))`,
		`(?:voltar|volte|falar|falamos|contact|contat|retom|escrev|procur|tent|fale|conversar|conversamos)\w*(?: \w+){0,6} (?:em (?:<month>|um|dois|\d)|mais tarde|depois|`+
			`daqui a|no proximo|na proxima|para o (?:mes|ano)|apos|quando|a partir de|mais para a frente)`,
		`(?:mais tarde|mais para a frente|para o ano|no proximo (?:mes|ano)|sem (?:agenda|tempo|disponibilidade)|agenda (?:cheia|lotada)|outra altura|outro momento)`,
		`(?:risent|riscriv|ricontatt|riparl|scriv|sent|riprov|contatt|riaggiorn|parl)\w*(?: \w+){0,6} (?:a <month>|in (?:primavera|autunno|estate)|piu avanti|dopo|tra (?:un|`+
			`due|qualche|\d)|fra|il (?:mese|anno) prossimo|il prossimo|la prossima|l anno prossimo|quando|piu tardi|settimana prossima)`,
		`(?:magari (?:a|in|piu|tra|dopo|l anno)|piu avanti|piu tardi|pien\w di impegni|non ho tempo|un altra volta|il mese prossimo)`,
		`(?:probeer|vraag|mail me|mail ons|schrijf|kom|neem|benader|spreken|praten|stuur|contact)\w*(?: \w+){0,7} (?:nog eens|nog een keer|later|opnieuw|weer|terug|`+
			`in (?:<month>|het|de)|na (?:de|het|mijn)|over (?:een|twee|drie|\d)|volgend\w*|daarna|vanaf)`,
		`(?:volgende (?:maand|week|keer)|volgend (?:jaar|seizoen|kwartaal)|geen tijd|te druk|later dit jaar|even niet|nu niet)`),

	// Fees.
	says(showsFee, 4,
		`(?:my|our|her|his) (?:\w+ ){0,4}(?:rates?|fees?|prices?|pricing|minimum|cost|costs|rate card|ratecard|standard|day rate|quote|budget floor|`+
			`starting price)(?: \w+){0,8}? (?:is|are|would be|starts?|start at|begins?|comes? to|sits?|stands?|of|for|at|:|lies)(?: \w+){0,6}? ?(?:<num>|a bit higher|higher|above)?`,
		`(?:my|our|her|his) (?:\w+ ){0,2}(?:rate|fee|price|minimum|pricing|floor)s?,? ?(?:<num>|:)`,
		`(?:i|we|she|he|id|wed|shed|hed|ill|well|i would|we would|i can|i could|we could|we can) (?:\w+ ){0,2}(?:charge|charges|quote|ask|ask for|take|get|need|require|want|`+
			`expect|do it|do this|be asking|be looking|go|request|invoice|accept|settle|prefer|do|say|offer|propose|suggest)(?: \w+){0,6}? ?(?:at |about |around |for |is |`+`be )?(?:<amt>)`,
		`(?:i|we) (?:usually|normally|typically|generally|always)? ?(?:charge|ask for|ask|quote|bill)(?: \w+){0,3} (?:<num>|more|extra|per|at least)`,
		`(?:id|i would|i|we|wed|i d|ill) (?:need|want|expect|ask|require|charge|do it|do this|say|take|have to (?:ask|charge)|be looking|was hoping|was expecting|`+
			`accept)(?: \w+){0,5}? (?:<num>|at least|more|double|twice|a higher|a bit more|extra)`,
		`(?:could|can|would|will|might|may|able to|possible to|chance|any way|willing to|if) (?:you |we |it )?(?:guys |people |possibly |be able to |please |also |maybe |`+
			`stretch |able to |be )*(?:stretch|go (?:up|higher|to)|do|raise|increase|bump|up|meet|match|get to|make it|improve|offer|manage|come up|add|sweeten|double)(?: (?:it|`+
			`the|that|this|your|to|a|me|us|bit|little|slightly|up|on|for|in|at|of|offer|budget|fee|rate|price|pay))* ?(?:<num>|<fee>|higher|more|halfway|middle|a bit)`,
		`(?:below|under|lower than|less than|beneath|not near|far from|short of|far below|way below)(?: \w+)? (?:my|our|what (?:i|we|she|he)|the (?:rate|fee|price|market|`+
			`usual|industry)|market|industry|her|his)(?: \w+){0,2}`,
		`(?:<fee>|it|that|this|you|commission|which|bit|little|<num>)(?: \w+){0,4} (?:is|seems|looks|feels|sounds|are|be|bit|rather|quite|far|way|much|little)? ?(?:too low|`+
			`too little|a bit low|(?:a )?(?:bit|little) (?:on the )?low|low for|pretty low|quite low|rather low|not enough|isnt enough|wont cover|doesnt (?:cover|reflect|`+
			`quite cover)|on the low side|tight|too small|insufficient)`,
		`(?:higher|bigger|larger|better|increased|more|extra|additional|fairer) (?:budget|fee|rate|pay|compensation|offer|money|price|payment|sum|commission)`,
		`(?:more|extra) (?:money|pay)`,
		`(?:raise|increase|up|bump|adjust|improve|negotiate|renegotiate|raising|reconsider|revise) (?:up )?(?:the|your|that|this|on the) (?:\w+ )?(?:fee|budget|offer|rate|`+
			`price|amount|pay|compensation|number|figure)`,
		`(?:instead of|rather than|not|over|up from|and not) (?:the |your )?(?:<amt>|gifted|free|just (?:a |the )?product|only (?:the )?product|exposure|commission)`,
		`(?:how about|what about|lets say|make it|call it|say|let us say|meet at|shake on|settle (?:on|at|for)) (?:<num>)`, `(?:between|from) (?:<num>|\d+) (?:and|to|-) (?:<num>)`,
		`(?:<amt>)(?: \w+){0,3}? ?(?:,? (?:per|plus|excl|excluding|net|netto|brutto|minimum|all in|flat|and its yours|and im in|and (?:we|you)(?:ve| have) (?:got )?a deal|`+
			`is my|is our|or nothing|at least|ht|\+|is what i|is what we|is the least|would be (?:fair|fine|better|more|right|ok|my|our|great)|muessten|waeren? (?:fair|`+
			`angemessen)|seria|sarebbe|serait)(?: \w+)?)`,
		`(?:then its|its|then it is|and its|and im|then im|and were|then were|and you have|and youve got) (?:a (?:yes|deal)|yours|in|on)$`,
		`(?:if|provided|as long as|assuming|unless) (?:the |you |your |we |it |theres |there is )(?:\w+ ){0,4}?(?:<fee>|goes up|pay more|more|better|higher|increase|raise|`+
			`<amt>)(?: \w+){0,3}`, `(?:expect\w*|hop\w+|look\w*) (?:for |more |to |a |an )*(?:more|higher|bit more|something (?:closer|higher|more)|something in the)`,
		`(?:room|space|flexibility|wiggle|leeway|scope|margin|flexible)(?: \w+){0,2} (?:for|on|in|with|to)(?: \w+){0,3} (?:negotiat\w+|<fee>|upwards?)`,
		`(?:rather|prefer to|like to|want to|need to|have to|must|should|expect to|only|always) (?:get |be |work |do )?(?:getting )?(?:paid|compensated)(?: \w+)?`,
		`(?:dont|do not|never|cant|cannot|wont|not) (?:work|post|do (?:it|this|that|anything)|create content|film|make \w+)(?: \w+){0,2} (?:for free|for nothing|`+
			`for product\w*|for exposure|unpaid|without pay\w*|in exchange for|gratis)`, `(?:flat|upfront|guaranteed|base|fixed) fee`, `(?:only|just) (?:do|accept|take|work on) paid`,
		`worth more`, `(?:apart from|except for|all but|the only (?:issue|thing|problem) (?:is|being)|sticking point is|problem is|happy with everything but) the (?:money|<fee>)`,
		`(?:on top|in addition)(?: of (?:that|it))?,?(?: \w+){0,4} (?:<num>|fee|usage)`,
		`(?:<num>) (?:at (?:the )?(?:very )?least|minimum|or (?:more|nothing|no deal)|and (?:we have|weve got|im in|its yours|were good|were in|its a deal|ill do|we shake|`+
			`you have|youve got)|is my|is our|would (?:be|do|work)|for (?:both|everything|all))`, `counter-?(?:offer|propos\w+)`,
		`(?:offer|price|rate)s? (?:is )?(?:attached|below|as follows|:)`,
		`(?:here (?:are|is|s)|heres|these are|attached (?:are|is)|find) (?:my|our) (?:rates?|prices?|rate card|pricing|price list)`,
		`(?:split the difference|meet (?:me|us|you|each other|in the) (?:halfway|half way|middle|in the middle))`),
	says(showsFee, 4, `(?:mein|unser|meine|unsere|ihr)\w*(?: \w+){0,3} (?:preis\w*|honorar\w*|satz|tagessatz|tarif\w*|rate|kosten|preisliste)(?: \w+){0,8}`,
		`(?:nehme|verlange|berechne|brauche|bekomme|rechne|berechnen|nehmen|verlangen|muessten?|muesste|wuerde|koennte|mache|machen)(?: \w+){0,6}? (?:<num>|mindestens|ab|`+
			`mehr)(?: (?:nehmen|verlangen|sein))?`,
		`(?:budget|honorar|preis|verguetung|angebot|gage)(?: \w+){0,5} (?:luft|spielraum|hoeher|erhoehen|zu (?:niedrig|gering|wenig)|mehr|nach oben|verhandel\w+|aufstocken)`,
		`(?:zu wenig|zu niedrig|zu gering|mehr (?:geld|budget|drin)|luft nach oben|verhandlungsspielraum|nicht (?:kostenlos|umsonst|unentgeltlich)|unter meinem)`,
		`statt (?:der |den )?(?:<num>)`,
		`(?:mon|mes|notre|nos) (?:\w+ )?(?:tarifs?|prix|cachet|honoraires|forfait)(?: \w+){0,8}`,
		`(?:je|nous) (?:\w+ )?(?:demande|facture|prends|demandons|facturons|prenons|propose)(?: \w+){0,6}? (?:<num>)`,
		`(?:budget|tarif|remuneration|montant|offre|somme)(?: \w+){0,4} (?:trop (?:bas|faible|juste)|un peu (?:bas|faible|juste)|augment\w+|insuffisant\w*|revoir|plus eleve)`,
		`(?:augmenter|revoir|monter)(?: \w+)? (?:le|la|votre|jusqu|a la hausse)(?: \w+)?`, `(?:trop (?:bas|faible|peu)|au lieu d|un effort sur le|gratuitement)`,
		`(?:mi|mis|nuestra|nuestro) (?:\w+ )?(?:tarifas?|precios?|cache|honorarios|presupuesto)(?: \w+){0,8}`,
		`(?:cobro|cobramos|pido|pedimos|cobraria|necesitaria|haria)(?: \w+){0,6}? (?:<num>|mil)`,
		`(?:presupuesto|tarifa|oferta|importe|cantidad)(?: \w+){0,4} (?:bajo|baja|corto|corta|escas\w|insuficiente|mas alt\w|subir\w*)`,
		`(?:subir|subirlo|aumentar|mejorar)(?:lo)?(?: \w+){0,2} (?:el|la|un poco|a|oferta|presupuesto)`, `(?:en vez de|en lugar de) (?:los )?(?:<num>)`, `no trabajo gratis`,
		`(?:meu|minha|nosso|nossa|meus) (?:\w+ )?(?:valor|valores|preco|tarifa|cache|orcamento|tabela)(?: \w+){0,8}`,
		`(?:cobro|cobramos|peco|pedimos|cobraria|costumo cobrar|faria|faco)(?: \w+){0,6}? (?:<num>|mil)`,
		`(?:orcamento|valor|cache|proposta|verba|oferta)(?: \w+){0,4} (?:baixo|baixa|abaixo|pouco|insuficiente|aumentar|subir|maior)`,
		`(?:aumentar|subir|melhorar)(?: \w+){0,2} (?:o|a|um pouco|valor|proposta)`, `em vez de`, `de graca`,
		`(?:mio|mia|nostro|nostra|mie|miei) (?:\w+ )?(?:compenso|tariffa|tariffe|cachet|prezzo|prezzi|listino|costo)(?: \w+){0,8}`,
		`(?:chiedo|chiediamo|prendo|faccio pagare|chiederei|farei)(?: \w+){0,6}? (?:<num>|mille)`,
		`(?:budget|compenso|offerta|cifra|tariffa)(?: \w+){0,4} (?:bass\w|troppo|poco|alzare|aumentare|piu alt\w|insufficiente)`,
		`(?:alzare|aumentare|rivedere)(?: \w+){0,2} (?:il|la|un po|compenso|budget|offerta)`, `(?:invece (?:di|dei)|gratis)`,
		`(?:mijn|onze) (?:\w+ )?(?:tarief|tarieven|prijs|prijzen|vergoeding)(?: \w+){0,8}`, `(?:ik|wij|we) (?:\w+ )?(?:vraag|reken|vragen|rekenen|wil|zou)(?: \w+){0,6}? (?:<num>)`,
		`(?:budget|vergoeding|bedrag|bod|tarief)(?: \w+){0,4} (?:te laag|laag|omhoog|verhogen|hoger|te weinig|krap)`, `(?:te laag|te weinig|in plaats van|hoger budget|gratis)`),
	says(showsFee, 3, `<amt>`, `(?:\d[\d.,]*|mil|mille|duemila|dos mil) (?:€|euros?|eur|dolares|reais|pesos)`),

	// Questions.
	says(showsAsk, 4, `(?:what|which|how|when|where|who|whose|why|is|are|do|does|did|can|could|would|will|should|am|was|has|have|any|may|shall)(?:s|re|d)? [^?]*\?`),
	says(showsAsk, 3, `[^?]*\?`,
		`<hi>(?:what|which|how|when|where|who|is (?:there|it|this)|are (?:you|there|these)|do (?:you|i|we)|does|can (?:you|i|we)|could (?:you|i|we)|would (?:you|i|it)|`+
			`will (?:you|i|it|there)|whats|hows|whos|wheres)(?: \w+){2,}`,
		`(?:tell|send|give|share|let)(?: with)? (?:me|us)(?: have| know| with)? (?:a (?:bit|little|few) |some |the )?(?:more |further )?(?:about|info\w*|details|what|which|`+
			`how|when|the (?:brief|budget|details|fee|timeline|deliverables|terms)|brief)(?: \w+)?`, `(?:more|further|some|additional|few more|the) (?:info\w*|details)`,
		`(?:like|love|need|want|have) to (?:know|hear|learn|understand|see|find out)(?: a (?:bit|little))? (?:more|the|about|what|which|how|before|first|some|all|if)`,
		`curious (?:about|what|how|to know)`, `(?:have|got|had) (?:a few|some|a couple of|two|one|a|three|several)(?: quick)? questions?`, `wondering (?:if|what|how|whether|about)`,
		`(?:mehr (?:infos?|informationen|details)|en savoir plus|plus d (?:infos?|informations|details)|mas (?:info\w*|detalles)|mais (?:info\w*|detalhes)|`+
			`maggiori (?:info\w*|dettagli)|piu (?:info\w*|dettagli)|meer (?:info\w*|details))`),

	// Yes.
	says(showsYes, 4, `count (?:me|us|my|on (?:me|us)|her|him)(?: (?:in|\w+){1,5} in)?(?: in)?`,
		`(?:im|i am|were|we are|shes|hes|she is|he is|consider me|yes,? im) (?:<very>)(?:(?:in|down|game)(?:,|$| if you| for it| then| as well| too| lets| send)|on board|`+
			`onboard|all in|up for (?:it|this|that)|sold|keen|so in|happy with (?:that|this|it|the)|good with (?:that|this|it|the)|fine with (?:that|this|it|the)|ready to (?:go|`+`start|sign))`,
		`lets (?:do (?:it|this)|go+|get (?:started|going|this|it)|make (?:it|this) happen|move forward|proceed|start|roll|work together|book it|lock it in|shake on it)`,
		`(?:works|work|fine|good|great|perfect|ok|okay|suits) (?:for|by|with) (?:me|us|my|our|her|him)(?: \w+)?`,
		`(?:im|i am|were|we are|shes|hes|is|very|more than|only too|so|be|id|we) (?:<very>)(?:happy|glad|delighted|thrilled|honou?red|pleased|excited|stoked|willing|ready|`+
			`keen|proud) to (?:\w+ )?(?:accept|collab\w*|work|join|participat\w+|do (?:it|this|that)|be (?:part|involved|on board)|say yes|tak(?:e part|e it|e this|e the)|`+
			`partner|move (?:forward|ahead)|go ahead|proceed|try|support|confirm|promote|help|make|cooperate|get started|start|sign|come on board|feature|team up|agree)(?: \w+){0,2}`,
		`(?:id|i would|wed|we would|would|shed|hed|would absolutely|would really) (?:<very>)(?:love|like|be (?:<very>)(?:happy|glad|delighted|thrilled|honou?red|`+
			`up for))(?:,| to (?:work|collab\w*|join|be (?:a )?part|do (?:it|this|that)|tak(?:e part|e it|e this)|participat\w+|partner|accept|go ahead|come|help|be on board|`+
			`say yes|move forward|proceed|be involved|feature|team up|cooperate|promote)| to$|$)(?: \w+)?`,
		`(?:id be|i would be|were|wed be|im|i am|it would be) (?:<very>)(?:delighted|honou?red|thrilled|an honou?r|a pleasure|stoked)`,
		`(?:i|we|she|he|happily|gladly|hereby|and|can|also)(?: can| do| will| would| gladly| happily| hereby| kindly)? (?:accepts?|agree|agrees|confirm)(?: (?:to|with|the|`+
			`your|that|this|and|all|it|gladly|happily|these|everything|on|,)| he accepts)*(?: (?:terms|offer|proposal|conditions|rate|fee|price|deal|budget|amount|accepts?|`+`accepted))?`,
		`(?:offer|proposal|terms)? ?(?:accepted|agreed|approved|confirmed)(?:,|$)`, `^(?:its a |ok,? |its |thats a |thats |great,? |you have a |weve got a |cool,? )*deal(?:,|$)`,
		`(?:you have|youve got|got) (?:my|our|yourself) (?:a )?(?:go|yes|ok|deal|consent|agreement|word|green light|thumbs up|blessing|creator|partner)`, `(?:yes|yep|yeah) please`,
		`(?:its|thats|then its|this is|were|so its|is|a|big|definite|clear|be) (?:a )?(?:big |clear |definite |hell |resounding |yes )*yes(?: from (?:me|us|\w+)|$|,)`,
		`(?:^|say(?:ing)? )(?:yes|yep|yup|yeah|yess+|yea|sure|absolutely|definitely|of course|gladly|certainly|totally|hell yes|heck yes|hell yeah|for sure|with pleasure|`+
			`100%|sure thing)(?:,? (?:please|count|i|we|lets|im|id|that works|this works|sounds|ill|well|let|happy|send|of course|gladly|do|works|absolutely|with|and|why)|,?$|`+
			` please| i| we| lets| im| id| this| that| thank| works| very| to | count| happy| sounds| ok| from| sir| of course| why)`,
		`(?:sign (?:me|us) up|(?:ive |i have |just |i )signed up|^signed up|book (?:me|us)(?: in)?|consider it done|where do (?:i|we) sign|whatever (?:i|we) need to sign|`+
			`ready to sign|signed (?:and|the contract|it|already|everything)|put me down|pencil (?:me|us) in|green light|thumbs up|go ahead|go for it|start the paperwork|lets go)`,
		`(?:send|issue|email|mail|forward|draw up|prepare) (?:over |me |us |it |across )*(?:the|a|your) (?:\w+ )?(?:contract|agreement|paperwork|papers|docs|documents)`,
		`(?:look\w* forward|excited|cant wait|stoked|pumped) (?:to|for|about) (?:working|work|the (?:collab\w*|partnership|cooperation|campaign)|collaborating|`+
			`getting started|get started|it|our (?:collab\w*|partnership|cooperation)|partnering|start|this)`,
		`(?:offer|fee|rate|price|budget|terms|amount|conditions|dates?|proposal|everything|all|it|<amt>)(?: \w+){0,8}? (?:is|are|works|work|fits|suits|sounds|looks|`+
			`seems)(?: all| absolutely| totally| perfectly)? ?(?:good|fine|ok|okay|great|perfect|fair|agreed|acceptable|our|well|right)? ?(?:with|for|by|to|on) (?:me|us|my|our|`+
			`her|him)(?: \w+)?`, `(?:fits|matches|within|meets|in line with) (?:our|my) (?:\w+ )?(?:rates?|budget|fee|prices?)`, `reserved(?: \w+){0,8} for you`, `gladly`,
		`(?:love|loved|loving) (?:it|this|the idea|to),? (?:yes|count|lets|im in|sign|please)(?: \w+)?`,
		`(?:definitely|certainly|absolutely|totally|really|very much)(?: \w+)? (?:like to |want to |up for |keen |in )(?:\w+ )?(?:take part|join|participate|do it|do this|`+
			`be part|this|it|in)?`, `(?:i|we)(?:d| would)? (?:like|want) to (?:take part|join|participate|be (?:a )?part|accept|go ahead|move forward|proceed|do (?:it|this))(?: \w+)?`,
		`(?:ill|i will|well|we will) (?:do (?:it|this)|take (?:it|the deal|the offer|part)|join|be there|accept|participate|gladly \w+)`, `(?:jump|jumping) at (?:it|this|the)`),
	says(showsYes, 2, `(?:im|i am|were|we are|very|definitely|really|might be|would be|yes,?) (?:<very>)interested`,
		`sounds (?:<very>)(?:good|great|perfect|amazing|fun|awesome|lovely|cool|fantastic|interesting|exciting|fair|like fun|wonderful|nice|like a plan)`,
		`(?:love|loved) (?:this|the idea|to)`, `(?:great|good|perfect|wonderful|lovely|fantastic) (?:fit|match)`, `(?:open|keen) to (?:it|this|the idea|working|collab\w*)`,
		`(?:all|everything) (?:good|fine|clear)`),
	says(showsYes, 4, `(?:bin|sind|waere|waeren)(?: \w+){0,3} (?:dabei|gern\w* dabei|einverstanden|an bord|voll dabei)`,
		`(?:mach|mache|machen|nehme|nehmen)(?: \w+){0,6} (?:mit|an|gerne? mit|gern)(?: \w+)?$`, `ich mach(?:e)? mit`,
		`(?:^|sehr |ja,? |total |super |aber |na klar,? |klar,? )(?:gerne?|klar|ja gerne?|natuerlich|selbstverstaendlich|abgemacht|einverstanden|passt so|passt|deal|ja)(?:,|`+
			`$| ich| wir| bin| das)`, `freue(?:n)? (?:mich|uns)(?: \w+)? (?:auf|ueber) (?:die|unsere|eine) (?:zusammenarbeit|kooperation|kampagne)`,
		`(?:sage|sagen|stimme|stimmen)(?: \w+){0,4} zu`, `(?:fuer mich|fuer uns|passt|klingt)(?: \w+){0,3} (?:in ordnung|okay|ok|fuer (?:mich|uns)|perfekt)`, `kann losgehen`,
		`(?:nehme|nehmen)(?: \w+){0,4} angebot(?: \w+)? an`, `schick\w*(?: \w+){0,4} (?:den|einen) vertrag`,
		`(?:je|nous|j|on)(?: \w+)? (?:suis|sommes|est) (?:\w+ )?(?:partant\w*|d accord|ravie?s? de (?:collaborer|participer|travailler|faire)|interessee?s? et|partante?s?|ok)`,
		`(?:j|nous|je l) ?accept\w*`,
		`(?:avec (?:grand )?plaisir|marche conclu|c est (?:bon|d accord|parfait|ok|oui)|on fait comme (?:ca|cela)|allons[ -]y|volontiers|comptez sur moi|compte sur moi|`+
			`ca me va|ca me convient|cela me convient|ca marche|bien sur)`, `^(?:oui|d accord|ok|parfait)(?:,|$| je| avec| c est| bien| pour)`, `hate de (?:collaborer|commencer|travailler)`,
		`(?:cuenta|contad|cuenten|cuente) (?:conmigo|con nosotros)`,
		`(?:acepto|aceptamos|me apunto|nos apuntamos|trato hecho|por supuesto|encantad\w de (?:colaborar|participar|trabajar|aceptar)|de acuerdo|con mucho gusto|`+
			`me parece (?:bien|perfecto|genial)|adelante|claro que si|hecho|vamos a ello|me encantaria (?:colaborar|participar)|estoy dentro)`,
		`^(?:si|claro|vale|perfecto|genial)(?:,|$| me| acepto| por| que)`,
		`(?:aceito|aceitamos|conta comigo|contem comigo|pode contar|podem contar|fechado|negocio fechado|com (?:todo o |muito )?(?:gosto|prazer)|combinado|estou dentro|topo|`+
			`bora|claro que sim|vamos (?:nessa|a isso|em frente)|de acordo|adoraria (?:participar|colaborar|trabalhar)|por mim (?:tudo bem|esta))`,
		`^(?:sim|claro|perfeito|otimo)(?:,|$| aceito| quero| por)`,
		`(?:ci sto|accetto|accettiamo|volentieri|affare fatto|d accordo|con piacere|contate su di me|conta su di me|certo che si|ci siamo|va bene|mi va bene|perfetto per me|`+
			`molto felice di (?:collaborare|partecipare)|sarei felice di (?:collaborare|partecipare)|procediamo|facciamolo)`,
		`^(?:si|certo|perfetto|assolutamente)(?:,|$| ci| accetto| volentieri)`,
		`(?:ga|gaan)(?: \w+){0,2} akkoord`, `(?:doe|doen)(?: \w+){0,4} (?:graag )?mee`,
		`(?:akkoord|afgesproken|graag|ik ben erbij|tel me mee|reken op (?:mij|me)|heel graag|prima|lijkt (?:me|mij) (?:leuk|super|goed|geweldig)|deal)(?:,|$| met| dan| ik| en)`,
		`^(?:ja|zeker|natuurlijk|tuurlijk)(?:,|$| graag| hoor| leuk| dat| ik)`, `heb er zin in`),

	// Work that is under way, and what has nothing to do with the proposal.
	says(showsOther, 5, `(?:seo\b|first page ranking|backlinks?|guest posts?|buy followers|crypto investment|forex|web design|lead generation|fob|our (?:services|packages|factory|`+
		`company (?:offers|provides|specializes))|be your supplier|we (?:are a )?manufactur\w+|grow your|boost your)(?: \w+)?`),
	says(showsOther, 4, `(?:package|parcel|box|product|products|sample|samples|delivery|jacket|shoes|goods|order|it)(?: \w+){0,3} (?:arrived|came|has come|delivered|got here|landed|`+
		`received|broken|damaged|missing|stuck)`,
		`(?:received|got) (?:the|my|your|a) (?:\w+ )?(?:package|parcel|box|product|products|sample|samples|delivery|shipment|goodies|payment|transfer|money)`,
		`(?:attached|attaching|enclosed|here)(?: \w+){0,3} (?:is|are|my|the|our|s|you will find)(?: \w+)? (?:invoice|draft|script|stats|statistics|screenshots?|insights|`+
			`numbers|report|contract|video|photos|pictures|concept|link|links|receipt|analytics|signed)`, `invoice(?: \w+)? (?:attached|for|number|no|is|was|has)`,
		`(?:heres|here is|here are|here s|find) (?:the|my|a|your|our) (?:\w+ )?(?:link|links|draft|video|script|invoice|stats|statistics|screenshots?|insights|report|photos|`+
			`cut|edit|storyboard|concept|preview|post|reel|story|file|files|tracking)`,
		`(?:draft|drafts|video|reel|post|story|stories|episode|edit|cut|script|footage|content|upload|photos|concept|storyboard)(?:s)?(?: \w+){0,4} (?:is|are|went|goes|gone|`+
			`will be|should be|ready|up|live|online|uploaded|attached|done|finished|scheduled|published)(?: (?:up|live|online|ready|done|finished|now|for|scheduled|uploaded|`+
			`published|attached))+`, `draft (?:is|s|ready|for)|drafts? ready`, `just (?:posted|uploaded|published|sent|finished|went live|shared)`,
		`(?:ive|i have|i|we|weve) (?:just |now |already )*(?:uploaded|re-?uploaded|posted|published|swapped|edited|changed|fixed|updated|shared|sent you|added|corrected|`+
			`scheduled|filmed)(?: \w+){0,3}`,
		`(?:discount|promo|voucher|coupon|tracking|affiliate)(?: \w+)? (?:code|link|number)(?: \w+)* (?:not|doesnt|isnt|expired|broken|wrong)`,
		`(?:seo|first page ranking|backlinks?|guest posts?|buy followers)(?: \w+)?`, `happy (?:birthday|new year|easter|holidays)|merry christmas|congrat\w+`,
		`(?:bank|transfer|payment|payout|paypal|iban|invoice)(?: \w+){0,5} (?:pending|details|shows?|arrived|missing|late|overdue|hasnt|not|due|outstanding)`,
		`(?:wrong|forgot the|missed the) (?:attachment|file|link)`, `filming(?:s| is|s done| done)`, `^noted`, `(?:made|makes) my day`,
		`(?:stats|statistics|insights|numbers|analytics)(?: \w+){0,4} (?:asked|requested|wanted|:)`, `great to (?:see|meet)`, `rude`,
		`hope (?:your|you|the)(?: \w+){0,3} (?:better|well|recover\w*|fun|great)`, `link(?: is|s)? (?:in|unchanged|below|here)`, `courier`,
		`(?:paket|paeckchen|lieferung|produkt\w*|sendung)(?: \w+){0,5} (?:an|angekommen|da|erhalten|gekommen)`,
		`(?:entwurf|rechnung|video|beitrag|reel|skript|statistik\w*)(?: \w+){0,5} (?:liegt|anbei|im anhang|online|fertig|hochgeladen|ist|angehaengt)`, `anbei`,
		`(?:colis|paquet)(?: \w+){0,3} (?:arrive\w*|recu\w*|bien)`, `(?:video|reel|post|story|facture|brouillon)(?: \w+){0,3} (?:en ligne|en piece jointe|ci-joint\w*|est pret\w*|jointe?)`,
		`ci-joint\w*|voici (?:le lien|la facture|le brouillon|ma facture|les stats)`, `(?:paquete|pedido|envio)(?: \w+){0,3} (?:llego|llegado|recibido|ha llegado)`,
		`(?:adjunto|te envio|os envio|aqui (?:tienes|teneis|esta))(?: \w+){0,3}`, `feliz (?:cumpleanos|navidad|ano)`,
		`(?:segue|seguem|envio|aqui (?:esta|vai))(?: \w+)? (?:em anexo|anexo|a fatura|o link|o video|o rascunho|fatura)`, `em anexo`,
		`(?:encomenda|pacote|produto)(?: \w+){0,3} (?:chegou|recebi\w*)`, `(?:pacco|prodotto|spedizione)(?: \w+){0,3} (?:arrivat\w|ricevut\w)`,
		`(?:in allegato|ecco (?:il|la|i|le)|allego)(?: \w+)?`, `(?:pakket|pakketje|product|bestelling)(?: \w+){0,3} (?:aangekomen|binnen|ontvangen|gekomen)`, `(?:bijlage|hierbij)(?: \w+)?`,
		`(?:alles gute zum|buon compleanno|gefeliciteerd|bon anniversaire|parabens)`),
}

// What hides the other side's figures: they are repeated, not asked for.
var (
	theirFee = regexp.MustCompile(
		`(?:your offer|you (?:offer|offered|suggest|suggested|propose|proposed|mention|mentioned|named|quoted)|instead of|rather than|not for|wont do it for|up from|statt|` +
			`au lieu d|en vez de|em vez de|invece d|in plaats van|above your|your budget of|the price you)[a-z ]{0,30}$`)
	chosenFee = regexp.MustCompile(
		`(?:total|both|everything|altogether|bundle|package|you asked|you want|you need|you mention|your campaign|for this|what you|the one you|zusammen|insgesamt|en tout|` +
			`en total|no total|in totale|in totaal|beide)`)
	notFee = regexp.MustCompile(
		`^ ?(?:%|followers?|subs\b|subscribers?|views?|impressions?|likes?|clicks?|people|members|listeners?|downloads?|readers|days?|weeks?|months?|years?|hours?|hrs?|` +
			`min(?:ute)?s?\b|sec(?:ond)?s?|posts?|reels?|stories|videos?|follower|abonn|suscriptores|seguidores|visualiza|vues|iscritti|volgers|tage|wochen|monate|jours|` +
			`semaines|dias|semanas|giorni|dagen|st\b|nd\b|rd\b|th\b|am\b|pm\b|uhr|:\d|/\d|\.\d|x\b|commission|jahre|anos|ans\b|anni|jaar|fps|px|k (?:followers|subs|views))`)
	amountInAsk = regexp.MustCompile(`(?:([a-z]{0,3}[$€£¥₹₩₫]|\b(?:usd|eur|euros?|gbp|chf|cad|aud|sek|nok|dkk|pln|czk|mxn|brl|inr|sgd|nzd|huf|twd|jpy|krw|clp|rs)\b) ?)?` +
		`(\d+(?:[.,]\d{3})+(?:[.,]\d{1,2})?|\d{1,3}(?: \d{3})+(?:,\d{1,2})?|\d+(?:[.,]\d{1,2})?|` + wordNumber +
		`)(,-|,--|\.-)?( ?k\b| ?(?:grand|mille|mil|tausend|thousand|duizend|hundred|hundert|mila)\b)?` +
		`(?: ?((?:us|ca|au|nz|hk|c|a)?[$€£¥₹₩₫]|(?:us|canadian|australian|u\.s\.|singapore|new zealand)? ?dollars?\b|(?:usd|eur|euros?|gbp|chf|cad|aud|sek|nok|dkk|pln|czk|` +
		`mxn|brl|inr|sgd|nzd|huf|twd|jpy|krw|clp)\b|bucks\b|pounds?\b|quid\b|francs?\b|franken\b|franchi\b|reais\b|rupees\b|yen\b|zloty\b|zl\b|dolares\b|pesos mexicanos\b|` +
		`pond\b|libras\b|dollari\b))?`)
)

const wordNumber = `\b(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|fifty|twenty-five|ein|eine|zwei|drei|vier|fuenf|sechs|sieben|acht|` +
	`neun|zehn|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|dois|quatro|sete|oito|nove|dez|due|tre|quattro|cinque|sei|` +
	`sette|otto|dieci|twee|drie|vijf|zes|zeven|tien)(?: |-)?(?:hundred|thousand|grand|hundert|tausend|cents?|mille|cientos|mil|mila|honderd|duizend)(?: (?:and )?(?:one|` +
	`two|three|four|five|six|seven|eight|nine) hundred)?(?: fifty)?\b|\b(?:tausend|mille|mil|duizend|duemila|tremila|quinientos|cinquecento)\b`
