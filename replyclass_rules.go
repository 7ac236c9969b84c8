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
var replyPieces = strings.NewReplacer( //nolint:gochecknoglobals // a constant table
	"<mail>", `(?:e-?mails?|mails?|mailings?|messages?|msgs?|dms?|texts?|newsletters?|spam|offers?|requests?|proposals?|pitches|invitations?|invites?|follow-?ups?|reminders?|`+
		`contact|communications?|correspondence|outreach|solicitations?|promotions?|marketing|inquiries|enquiries|stuff|notes)`,
	"<my>", `(?:my|our|this|these)`,
	"<ident>", `(?:(?:personal |contact |private |work |business )*(?:e-?mail|mail|email address|address|name|contact|contacts|details|data|info|information|inbox|record|records|account))`,
	"<month>", `(?:jan(?:uary|uar|vier|uari)?|feb(?:ruary|ruar|ruari)?|mar(?:ch|s|zo|co)?|maerz|maart|apr(?:il|ile)?|may|mai|mei|mayo|maio|maggio|june?|juni|juin|junio|junho|giugno|`+
		`july?|juli|juillet|julio|julho|luglio|aug(?:ust|ustus)?|aout|agosto|sept?(?:ember|embre|iembre)?|setembro|settembre|oct(?:ober|obre|ubre)?|okt(?:ober)?|outubro|ottobre|`+
		`nov(?:ember|embre|iembre|embro)?|dec(?:ember|embre)?|dez(?:ember|embro)?|dic(?:embre|iembre)?|enero|janeiro|gennaio|fevrier|febrero|fevereiro|febbraio|avril|abril)`,
	"<season>", `(?:spring|summer|fall|autumn|winter|easter|christmas|xmas|new years?|the holidays|ramadan|black friday)`,
	"<day>", `(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow)`,
	"<brands>", `(?:sponsor\w*|brand(?:ed)? ?(?:deals?|work|partnerships?|collab\w*|content)?|partnerships?|collab\w*|cooperations?|ads?|advert\w*|promo\w*|paid \w+|campaigns?|commercial \w+|endorse\w*|influencer \w+|marketing|deals?)`,
	"<boss>", `(?:manager|managers|management|mgmt|agent|agents|agency|assistant|team|colleague|colleagues|representative|rep|publicist|booker|wife|husband|partner|brother|sister|daughter|son|cousin|`+
		`head of \w+|marketing|pr|press|partnerships? (?:team|manager|lead)|talent (?:team|manager))`,
	"<reach>", `(?:contact|email|e-mail|mail|write(?: to)?|writing to|message|reach(?: out to)?|get in touch with|speak (?:to|with)|talk (?:to|with)|ask|go to|turn to|try|approach|address|direct|refer|cc)`,
	"<fee>", `(?:rates?|fees?|prices?|pricing|budget|pay|payment|compensation|money|amount|sum|figure|number|offer|quote|honorarium|remuneration)`,
	"<amt>", `(?:(?:us|ca|au|nz|[acr]|mx)?[$€£] ?\d[\d.,]*(?: ?k\b|,-)?|(?:usd|eur|euro|gbp|chf|cad|aud|sek|nok|dkk|pln|brl|inr|rs|fr) ?\d[\d.,]*(?: ?k\b|,-)?|`+
		`\d[\d.,]*(?:,-)? ?k? ?(?:[$€£]|us dollars?|usd|eur|euros?|dollars?|bucks|pounds?|quid|gbp|chf|francs?|franken|cad|aud|sek|nok|dkk|kr|pln|brl|reais|zl)|`+
		`(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty) (?:grand|thousand|hundred)(?: (?:dollars|euros?|pounds|bucks|quid))?)`,
	"<num>", `(?:(?:us|ca|au|nz|[acr]|mx)?[$€£]? ?\d[\d.,]*\d(?: ?k\b|,-)?|\d+(?:\.\d)? ?k\b|(?:usd|eur|gbp|chf) ?\d[\d.,]*(?: ?k\b)?|(?:an?|one|two|three|four|five|six|seven|eight|nine|ten) (?:grand|thousand|hundred))`,
	"<very>", `(?:(?:very|really|super|so|more than|absolutely|definitely|totally|quite|truly|extremely|certainly|still|also|all|both|too|just|really very|incredibly|indeed|most|genuinely|only too|always) )*`,
	"<hi>", `^(?:(?:hi|hey|hello|dear|thanks|thank you|thx|ok|okay|well|so|and|but|hmm+|ah|oh|sorry|cool|great|nice|interesting|yes|yeah|sure|also|just|first|before i decide|quick question)[,: -]*(?:\w+[,:] ?)?)*`,
)

func says(signal replySignal, weight int, patterns ...string) replyRule {
	return replyRule{signal, weight, regexp.MustCompile(`(?:^|\b)(?:` + replyPieces.Replace(strings.Join(patterns, "|")) + `)(?:\b|$)`)}
}

// replyIdioms are read first and hidden from the rules: they say yes with the words of no, or speak of mails and absences of others.
var replyIdioms = []replyRule{ //nolint:gochecknoglobals // a constant table
	says(showsYes, 4,
		`(?:cant|cannot|can not|couldnt|could not|wouldnt|would not|wont|never|how could i|impossible to|hard to|too good to|crazy to|mad to|silly to|stupid to|a fool to) (?:possibly |ever )?`+
			`(?:say no|decline|refuse|pass (?:this|it|that|on)|turn (?:this|it|that|you) down|resist|miss (?:it|this|out|that)|turn down)`,
		`(?:wouldnt|would not|dont|do not|wont|didnt) want to (?:miss|pass|decline|say no|turn)[a-z ]{0,20}`, `(?:dont|do not|cant|cannot|didnt) (?:see|think of|find|have|know) (?:a|any|one)(?: single| good)? reasons? (?:not to|to say no|against)`,
		`no reason (?:not to|to say no)`, `why (?:wouldnt|shouldnt|would|not) i(?: not| say no)?`, `why not`, `no(?:t a)? (?:problem|worries|objections?|brainer|doubt)[, -]+(?:count me in|im in|lets|ill do|happy|sure|yes|deal|that works|works)[a-z ]{0,20}`,
		`no[- ]brainer`, `(?:cant|cannot) wait`, `(?:i have |we have |ive |weve |have |with )?no objections?`, `(?:kann|koennte|kann ich|kann man) (?:da |dazu |ich |hier |nur )*nicht nein sagen`,
		`comment (?:dire non|refuser)`, `como decir que no`, `como dizer (?:que )?nao`, `come dire di no`, `non posso dire di no`, `no puedo decir que no`, `nao posso dizer (?:que )?nao`, `kan (?:ik )?geen nee (?:tegen )?zeggen`, `nichts dagegen`,
		`sans hesit\w+`, `no lo dudo`, `nicht entgehen lassen`, `no me lo (?:quiero perder|perderia)`, `nao (?:quero|posso) perder`, `non (?:voglio|posso) perdere`, `(?:wil|kan) (?:ik )?(?:dit )?niet missen`),
	says(showsNothing, 0,
		`(?:no|not a|kein|aucun|sin|sem|nessun|geen) (?:problems?|worries|probleme?|problema|probleem|rush|hurry|pressure|stress|hard feelings|harm|strings attached|biggie|trouble)`, `not (?:at all )?uninterested`,
		`(?:if|when|once|in case|unless|until) (?:you|its|it is|thats|that is|youre|you are|they|theyre)[a-z ]{0,12} (?:not interested|interested)`, `(?:someone|somebody|others?|people|anyone|anybody|wholl|who will) (?:who )?(?:would |will |ll )?say(?:s)? (?:yes|no)`,
		`yes i did see [a-z ]{0,15}`, `(?:isnt|is not|not|aint) (?:an? |my )?no\b`, `didnt say no`, `(?:another|other) life id have jumped at it`,
		`(?:can|could|may|please|pls|now) (?:now )?stop (?:sending )?(?:me )?(?:the |your |those )?(?:reminders?|reminding|nudg\w+)(?: now| me)*`,
		`(?:got|received|saw|had|read|seen|got back|reads? like|sounds like|looks like|is this|isnt|is not|not|sorry (?:for|about)|ignore|despite|past|behind|switched off|turned off|forgot|set up)[a-z ,]{0,20} (?:auto\w*[ -]?(?:reply|response|responder|message|mail|e-?mail|answer)|autoreply|autoresponder|automated|automatic|out[ -]of[ -]office\w*|ooo|vacation message|bot|robot)(?: \w+)?`,
		`(?:was|were|been|wasnt|just|returned|got back|came back|back|recovering|home|jet-?lagged) (?:\w+ )?(?:out of (?:the )?office|(?:on|from) (?:\w+ )?(?:vacation|holidays?|leave|pto)|away|offline|travelling|traveling)`,
		`(?:never|not|dont|wouldnt|without|we wont|cant) (?:to )?(?:unsubscribe|opt(?:ing)? out)`, `(?:audience|followers|subscribers|viewers|people|readers|fans|listeners|they|who|everyone|half|half of them|users)(?: \w+){0,4} (?:unsubscribed?|unsubscribing|opt(?:ed)? out)`,
		`(?:hit|clicked?|press(?:ed)?|pushed|got an?|rate|an?|the|no|per|more|fewer|less|most|\d+) unsubscri\w+`, `war (?:im urlaub|krank|unterwegs|nicht da)`, `(?:etais|estaba|estava|ero|was) (?:en vacances|de vacaciones|de ferias|in ferie|op vakantie)`),
}

// replyRules are the phrases by what they show; a row holds the phrases of one language and weight.
var replyRules = []replyRule{ //nolint:gochecknoglobals // a constant table
	// To stop. A machine acts on these, so they name the mail, the list or the address, or can be said of nothing else.
	says(showsStop, 5,
		`(?:unsubscribe|unsub|un-subscribe) (?:me|us|my|this (?:e-?mail|address|account)|from (?:this|these|your|all|any|the|everything)|please|pls|now|immediately|asap|request|thanks|thank you)`,
		`^(?:please |pls |plz |kindly |just |hi,? |hello,? |hey,? )*(?:unsubscribe|unsub)$`, `(?:please|pls|plz|kindly) (?:unsubscribe|unsub)$`, `(?:want|wish|like|love|prefer|need|trying|tried|asked|ask|asking|how (?:do|can) i) (?:to )?(?:be )?(?:unsubscribe|unsubscribed|unsub)`,
		`(?:already |have |ive )?unsubscribed[a-z ,]{0,40} (?:still|again|yet|but|twice|times)`,
		`(?:remove|delete|erase|strike|drop|scrub|scratch|wipe|cross|purge|take|get|keep) (?:me|us|(?:<my> )?<ident>)(?: and \w+)? (?:off|from|out of) (?:of )?(?:this|the|your|ur|any|all|every|whatever)? ?(?:\w+ ){0,3}(?:lists?|mailings?|mailing|e-?mails?|mails?|database|db|systems?|crm|records?|files?|outreach|sequence|distribution|newsletters?|contacts?|books?|campaigns? list|spam|sheet|spreadsheet|messages?)`,
		`(?:remove|delete|erase|forget|scrub|lose|purge|wipe) (?:all (?:of )?)?(?:my|our) <ident>`, `^(?:please |pls |plz |kindly |just |and |so )*(?:remove|delete|take me off|take us off)(?: me| us)?(?: please| now| asap| immediately| thanks?)*$`,
		`(?:take|get|keep) (?:me|us) off (?:it|this|that|here|your|the|ur|any)`, `(?:be|been|get|me|us|my \w+|address) (?:taken off|removed from|deleted from|dropped from|struck from|removed$)(?:[a-z ]{0,30}(?:lists?|mailings?|outreach|database|e-?mails?|records?|system|campaigns?|here))?`,
		`(?:want|get|let) (?:me )?(?:out|off) (?:of )?(?:this|your|the|ur) (?:\w+ )?(?:lists?|mailings?|e-?mails?)`, `get me removed`,
		`stop (?:all |any )?(?:e-?mailing|mailing|contacting|messaging|spamming|texting|pestering|harassing|bothering|bugging|hounding|dming|chasing|badgering|sending me|sending us)(?: (?:me|us|my|our|to|this|them|these|him|her|that|all|any|more|please|now|already|e-?mails?|mails?|messages?|offers?|so|here|thanks|spam|and))*$`,
		`stop (?:e-?mailing|mailing|contacting|messaging|spamming|texting|pestering|harassing|bothering|bugging|hounding) (?:me|us|him|her|my|our)`,
		`stop (?:sending|with|all|writing)(?: (?:me|us|out))?(?: (?:these|those|this|any|your|the|all|so many|with|more|further|of))* (?:<mail>)`, `stop writing(?: to)? (?:me|us)`, `^(?:please |just |ok |now )*stop(?: please| now| it| this|,? thanks?| already)*$`,
		`(?:cease|quit|discontinue|refrain from|end) (?:and desist|all (?:further )?<mail>|(?:e-?mailing|mailing|contacting|messaging|sending|writing|approaching|spamming)(?: (?:me|us|my|our|this|to|him|her|any|these))?)`,
		`(?:do not|dont|dnt|do nt|never|no longer|not to|you may not|must not|please not) (?:ever )?(?:contact|e-?mail|mail|write|message|text|bother|dm|approach|spam|pester|write to|send (?:e-?mails|mails|messages|anything) to) (?:me|us|him|her|my client|our client|to me|this address)(?: (?:again|any ?more|anymore|further|ever|in (?:the )?future|please|thanks|with|about (?:this|anything|such)|for|any|at this address)[a-z ]*)?$`,
		`(?:do not|dont|never|no longer) (?:ever )?(?:contact|e-?mail|mail|write|message|text|bother|dm|approach|write to) (?:me|us|to me|to us)(?: (?:about|for|with|at)(?: \w+){1,4})? (?:again|any ?more|further|ever|in (?:the )?future|under any)`,
		`(?:do not|dont|never|no longer|stop) (?:ever )?send(?:ing)? (?:me|us)?(?: (?:any|more|further|these|those|this|your|such|anything|another|additional|unsolicited|stuff|crap|things))* ?(?:<mail>|anything (?:again|any ?more|else))`,
		`(?:mind|about|consider) (?:no longer|not|stopping) (?:sending|e-?mailing|mailing|contacting|writing|messaging)(?: (?:me|us))?`,
		`(?:do not|dont|did not|didnt|no longer|not|never) (?:really |actually |ever )?(?:want|wish|care|need|like|agree|consent|sign up|signed up|agreed|consented)(?: (?:to|for))?(?: (?:receive|get|be|see|have|read|getting|being|hear|receiving))*(?: (?:any|more|further|these|those|this|your|such|anything|from you|contacted|e-?mailed|mailed|approached|sent|by|other|marketing|commercial|of|kind))* (?:<mail>|contacted|e-?mailed|mailed|approached|from you (?:again|any ?more|ever|in))`,
		`(?:want|wish|like) (?:no|zero) (?:more |further |other )?<mail>`, `^(?:please |pls |and |so |but |ok |but please |thanks |thank you |just )*no (?:more|further|other) <mail>(?: please| thanks| from you| thank you| of any kind| to this address| to me| needed| ever)*$`,
		`(?:id|would|id like|want|i) (?:to )?(?:rather|prefer)(?: to)? not (?:to )?(?:get|receive|be contacted|hear|be e-?mailed|be mailed)(?: (?:any|more|further|these|such|your|from|again|by))*`,
		`opt (?:me|us) out`, `opt(?:ing|ed)?[ -]out of (?:all|any|these|those|this|your|whatever|further|future|the)(?: \w+){0,3} (?:<mail>|lists?|sequence|database)`, `opt(?:ing)?[ -]out of (?:whatever|this list|these|everything)`, `(?:im|i am|want to|like to|wish to|i) opt(?:ing)?[ -]?out$`, `^(?:please )?opt[ -]?out(?: please)?$`,
		`(?:do not|dont|not|no longer) (?:keep|have|store|hold|leave|put|want) (?:me|us|my \w+|our \w+) (?:on|in) (?:file|your|the|any|record|this)(?: \w+){0,2}`, `(?:withdraw|revoke) (?:my|any|all) (?:\w+ )?consent`, `(?:right to (?:erasure|be forgotten)|under (?:the )?(?:gdpr|ccpa)[a-z ,]{0,60}(?:delete|erase|remove|object))`,
		`leave (?:me|us) (?:alone|in peace|be)`, `lose my (?:e-?mail|number|address|contact)`, `(?:fuck|piss|bugger|sod|buzz) off`, `^(?:please |just |pls )*(?:go away|get lost)(?: please| already)?$`,
		`(?:will|would|when will|are) you (?:guys |people |ever |please |finally |kindly |going to |gonna |just )*stop$`, `(?:will|would|when will) you (?:guys |people |ever |please |finally |kindly |just )*stop\?`,
		`(?:mark|marked|marking|report|reported|reporting|flag|flagged|flagging) (?:you|this|it|your \w+|these|them|all|everything)(?: \w+){0,3} (?:as|for) (?:spam|junk|harassment)`, `(?:blocked|blocking|block) (?:you|your (?:address|domain|e-?mails?|mails?)|this sender)`,
		`never (?:want to )?(?:hear|see|get)(?: \w+){0,4} from you (?:again|ever|any ?more)`, `(?:dont|do not|no longer) want to hear from (?:you|your)`, `(?:off|from) (?:your|this|the|ur) (?:mailing|contact|e-?mail|distribution|outreach|newsletter|creator|email) ?list please`,
		`(?:want|like|love|wish|need) (?:to be |to get |to come )?(?:off|out of|taken off|removed from) (?:this|your|the|ur|any)(?: \w+)? (?:lists?|mailings?|outreach|database|e-?mails?)`,
		`not (?:to be |be )?(?:contacted|e-?mailed|mailed|written to|approached) (?:again|any ?more|further|in (?:the )?future|by you)`, `(?:no|not) (?:longer|more) (?:to )?(?:be )?(?:contacted|e-?mailed|mailed|sent)`, `enough (?:with|of) (?:the|these|your|all) <mail>`,
		`(?:last|final) (?:time|warning)[a-z ,]{0,40}(?:stop|remove|unsubscribe|off)`),
	says(showsStop, 3, `this is (?:spam|harassment)`, `(?:file|lodge|make) an? (?:formal )?complaint`, `(?:getting|get|gets|got|are|is) on my (?:last )?nerves`, `too many (?:e-?mails|mails|messages|follow-?ups)`, `(?:three|two|one|\d) too many`, `how many times (?:do|must|should|did|have)`,
		`(?:nobody|never|didnt|did not|not) (?:ask|asked|sign up|signed up|subscribe|subscribed|gave you|give you)(?: \w+){0,3}(?: (?:this|these|e-?mails?|mails?|spam|permission|consent))?`, `spamming`, `strike my`),
	says(showsStop, 2, `(?:kindly|please|just) (?:end|stop|leave) (?:it|this)(?: here| at that| there)?`, `let it (?:be|go)`, `stop (?:it|this) (?:now|or|please|already)`, `spare (?:me|us)`, `(?:enough|stop) (?:is enough|already|now)`, `(?:i will|ill|or i|going to) report`),
	says(showsStop, 5, // German
		`(?:streich|loesch|nehm|nimm|entfern|trag|nehmt|hol|wirf|werft|schmeiss)\w*(?: (?:sie|ihr|bitte|umgehend|sofort))* (?:mich|uns|(?:alle )?(?:meine|unsere|meinen) (?:\w+ )?(?:e-?mail\w*|mail\w*|adresse|daten|kontaktdaten|namen|kontakt))`,
		`(?:meine|unsere|meinen) (?:\w+[ -])?(?:e-?mail\w*|mail\w*|adresse|daten|kontaktdaten|namen)(?: \w+){0,5} (?:zu )?(?:loeschen|streichen|entfernen|herausnehmen|austragen)`, `(?:mich|uns)(?: \w+){0,6} (?:abzu|ab|aus|auszu)(?:melden|tragen|bestellen)`,
		`(?:mich|uns)(?: bitte)? (?:vo[nm]|aus)(?: \w+){0,4} (?:liste|verteiler|mailingliste|datenbank|newsletter|kartei)`, `(?:aus|von) (?:dem|eurem|ihrem|der|eurer|ihrer|diesem|dieser) (?:\w+-?)?(?:verteiler|mailingliste|liste|e-?mail-?liste|datenbank)(?: (?:streichen|nehmen|loeschen|entfernen|raus|herunter|runter))`,
		`^(?:bitte )?(?:abmelden|abbestellen|austragen)(?: bitte)?$`, `newsletter (?:bitte )?(?:abbestellen|abmelden|kuendigen)`,
		`(?:bitte |moechte |moechten |will |wollen |wuensche |wuenschen |brauche |erhalten |bekommen |schickt |schicken |sende\w* |mir |uns |von (?:ihnen|euch) |ich )+(?:sie )?(?:mir |uns |bitte |in zukunft |kuenftig |zukuenftig )*keine (?:weiteren |solchen |werbe)?-?(?:e-?mails?|mails?|nachrichten|anfragen|werbung|newsletter|angebote|post)(?: \w+){0,4} (?:mehr|schicken|senden|erhalten|bekommen|zu)`,
		`(?:bitte )?keine (?:weiteren )?(?:e-?mails?|mails?|nachrichten|anfragen|werbung|newsletter)(?: mehr)?(?: bitte)?$`, `keine (?:e-?mails?|mails?|nachrichten|anfragen|werbung|newsletter|post) mehr`, `keine weiteren (?:e-?mails?|mails?|nachrichten|werbe\w*|newsletter)`,
		`(?:schreib|kontaktier|mail|belaestig|nerv|stoer|behellig)\w*(?: (?:sie|ihr|mir|mich|uns|bitte|hier|in zukunft))* (?:nicht|nie) (?:mehr|wieder|weiter)`, `(?:nicht|nie) (?:mehr|wieder|weiter|laenger)(?: von (?:ihnen|euch))? (?:kontaktier|angeschrieben|anschreib|belaestig|angemailt|anmail|zu kontaktier|behellig)\w*`,
		`hoer\w*(?: (?:sie|bitte|endlich|doch|mal))* auf(?:,)? (?:mir|mich|uns|damit|mit (?:den|diesen|euren|ihren))`, `(?:lass|lasst|lassen)(?: sie| bitte)? (?:mich|uns)(?: \w+)? in (?:ruhe|frieden)`, `widersprech\w*(?: \w+){0,8} (?:nutzung|verarbeitung|werbung|werb\w+|speicherung|kontakt\w*)`,
		`(?:dsgvo|datenschutz)[a-z ,]{0,60}(?:loesch|widerspr|entfern)\w*`, `von (?:ihnen|euch) nichts mehr hoeren`),
	says(showsStop, 5, // French
		`(?:desinscri|desabonn|desinscriv)(?:re|vez|ez|er|s|e|ez-moi|vez-moi|s-moi|e-moi)(?:[ -]moi)?`, `(?:me|nous) (?:desinscrire|desabonner|retirer|supprimer|rayer|enlever)`, `(?:desinscription|desabonnement)(?: immediate?| s il (?:vous|te) plait| svp)*$`,
		`(?:ne|n) (?:(?:me|m|nous|veuillez|voulez|souhaite|desire|veux|voudrais|souhaitons)[ -])*(?:plus|pas) (?:plus )?(?:jamais )?(?:m |me |nous |etre )*(?:contact|ecri|envoy|sollicit|recev|recoi|derang|demarch|importun|relanc)\w*`,
		`ne (?:me|m|nous) (?:contact|ecri|envoy|sollicit|derang|relanc)\w* (?:plus|jamais)`, `(?:ne|a) plus (?:me |m |nous )(?:contact|ecri|envoy|sollicit|derang|importun|relanc)\w*`, `n (?:ecriv|envoy)\w*(?:[ -]moi)? plus`, `plus (?:jamais )?(?:recevoir|etre contacte)`,
		`(?:arret|cess)(?:ez|e|er)(?: s il (?:vous|te) plait| svp| donc| immediatement)*(?: de|,)? (?:de )?(?:m |me |nous |vos |ces )(?:contact|ecri|envoy|sollicit|harcel|derang|spam|relanc|mail|messages?|e-?mail)\w*`, `(?:retir|ray|enlev|supprim|efface)(?:ez|e|er|s)?[ -](?:moi|nous|mon|mes|notre|nos)(?: \w+)?(?: (?:de|des|du|adresse|e-?mail|mail|coordonnees|donnees|contact|nom|liste))`,
		`(?:plus|stop)(?: \w+){0,2} (?:vos|vos |aux|de|d|ces|les) ?(?:e-?mails?|mails?|messages?|sollicitations?|courriels?|newsletters?)`, `laiss(?:ez|e)[ -](?:moi|nous) (?:tranquille|en paix)`, `foutez[ -]moi la paix`, `rgpd[a-z ,]{0,60}(?:suppr|effac)\w*`),
	says(showsStop, 5, // Spanish
		`(?:darme|darnos|dame|deme|denme|dadme|dennos|dar(?:se)? de baja mi) (?:de )?(?:baja|de baja)`, `de baja (?:de|en) (?:esta|la|su|vuestra|tu) (?:lista|newsletter|boletin)`, `(?:cancelar|anular) (?:mi )?suscripcion`, `desuscri\w+`,
		`(?:dej|par|ces)(?:en|a|ad|ar|e|ais|es)? (?:ya )?de (?:(?:escrib|mand|envi|contact|molest|spam|acos)\w+|hacerme spam)`, `(?:no|nunca) (?:me |nos )(?:vuelv\w+ a )?(?:escrib|mand|envi|contact|molest)\w*(?: (?:mas|nunca|nada|correos?|mensajes?|e-?mails?))*`,
		`no (?:quiero|deseo|queremos|deseamos|quisiera) (?:que me (?:escrib|contact|envi|mand)\w+|(?:recibir )?(?:mas |ningun )+(?:correos?|e-?mails?|mensajes?|mails?|ofertas|publicidad)|(?:seguir )?(?:recibi\w+))`, `no mas (?:correos?|e-?mails?|mensajes?|mails?)`,
		`(?:elimin|borr|suprim|quit|sac)(?:a|e|en|ad|ar|an|adme|ame|eme|enme|arme)?(?: \w+)? (?:mi|mis|me|nuestros?|de (?:la|su|vuestra|tu|esta))(?: \w+)? (?:correo|e-?mail|mail|datos|direccion|contacto|nombre|lista|base|listas)`, `(?:quit|borr|elimin|sac)(?:adme|ame|eme|enme|arme) de`, `dej(?:ad|a|en|e)me en paz`),
	says(showsStop, 5, // Portuguese
		`descadastr\w+`, `(?:cancelar|cancelem|cancele) (?:a )?(?:minha )?(?:inscricao|subscricao|assinatura)`, `par(?:em|e|a|ar) (?:ja )?(?:de|com) (?:me |nos |os |esses |estes )*(?:mandar|enviar|escrever|contactar|contatar|incomodar|e-?mails?|mails?|mensagens|chatear)(?:-me)?`, `deixem? de (?:me )?(?:mandar|enviar|escrever|contactar|contatar)(?:-me)?`,
		`(?:nao|nunca|nem) (?:mais )?(?:me |nos )(?:voltem? a )?(?:mand|envi|escrev|contact|contat|incomod)\w*(?: (?:mais|nunca|nada))*`, `nao (?:mandem|enviem|escrevam|contactem|contatem|mande|envie)(?:-me)? (?:mais|nada)`, `nao (?:quero|desejo|queremos|gostaria de) (?:mais )?(?:receber|ser contact\w*|ser contat\w*)`, `nao (?:quero|desejo) mais (?:e-?mails?|mensagens|contactos?|contatos?)`,
		`(?:remov|retir|tir|elimin|exclu|apagu?)(?:am|em|a|e|er|ar|ir|amos)?(?:-me| me)? (?:d[ao]s?|desta|dessa|da vossa|o meu|os meus|meus?|minha)(?: \w+){0,2} (?:listas?|e-?mail|mail|dados|contactos?|contatos?|endereco|base|mailing)`, `(?:remov|retir|tir)(?:am|em|a|e)-me`, `me (?:remov|retir|tir|exclu|descadastr)\w+ d[ae]`, `mais e-?mails? nao`, `deixem?-me em paz|me deixem? em paz`),
	says(showsStop, 5, // Italian
		`(?:disiscriv|disiscri|cancell|rimuov|togli|toglie|elimin)(?:ete|ate|i|a|ere|are|ermi|armi|etemi|atemi|imi|ami|temi|mi|vermi|vetemi)(?:mi)? (?:subito )?(?:da|dalla|dal|dai|dalle|i miei|il mio|la mia|per favore)(?: \w+){0,3}(?:lista|mailing|newsletter|indirizzo|dati|contatto|e-?mail|mail|database|nome|elenco|liste)`,
		`(?:cancellatemi|disiscrivetemi|rimuovetemi|toglietemi|cancellami|disiscrivimi|rimuovimi|toglimi|disiscrivermi|cancellarmi)`, `non (?:scriv|contatt|mand|invi|disturb)\w*(?:mi|ci|etemi|atemi)(?: \w+)? (?:piu|altro|altre|altri)`, `non (?:mi |ci )?(?:scriv|contatt|mand|invi|disturb)\w* (?:piu|mai piu)`,
		`smett\w+(?: per favore)? (?:di|con) (?:scriver|contattar|mandar|inviar|queste|i |le )\w*`, `basta (?:con )?(?:le |queste |i )?(?:e-?mail|mail|messaggi|spam)`, `non (?:voglio|desidero|vorrei|intendo) (?:piu )?(?:ricevere|essere contattat\w|altre (?:e-?mail|mail)|sentirvi)`, `lasciatemi (?:in pace|stare)`),
	says(showsStop, 5, // Dutch
		`(?:schrijf|meld)(?:en|t)? (?:me|mij|ons)(?: (?:aub|alsjeblieft|graag|dan))* (?:uit|af)`, `(?:me|mij|ons) (?:graag |willen |wil )*(?:uitschrijven|afmelden|uit te schrijven|af te melden|uitgeschreven)`, `^(?:graag |svp )?(?:uitschrijven|afmelden)(?: graag| aub| svp| alsjeblieft)?$`, `(?:haal|gooi|schrap|verwijder|wis)(?:t|en)? (?:u )?(?:me|mij|ons|mijn)(?: \w+){0,4} (?:van|uit|lijst|gegevens|adres|mailadres|e-?mailadres|data)`, `verwijder (?:me|mij|mijn (?:\w+-?)?(?:gegevens|adres|mailadres|e-?mail))`,
		`stop(?:pen)? (?:nu |a?ub |alsjeblieft )*(?:met|dit|deze)(?: (?:het|me|mij|ons|deze|die))* ?(?:mailen|e-?mailen|sturen|schrijven|contact\w*|spammen|mails|berichten|benaderen|lastigvallen|lastig)`, `(?:geen|niet) (?:verdere |nog )?(?:mails?|e-?mails?|mailtjes|berichten|nieuwsbrie\w+|reclame|spam)(?: \w+){0,4} meer`, `geen (?:mails?|e-?mails?|berichten) meer`,
		`(?:mij|me|ons)(?: \w+)? niet (?:meer|langer|weer|nogmaals) (?:te )?(?:mailen|benaderen|contacteren|schrijven|lastig|berichten)`, `(?:mail|benader|contacteer|schrijf|stuur)(?:t)? (?:me|mij|ons)(?: \w+){0,3} (?:niet|geen)(?: \w+){0,3} meer`, `niet (?:meer|langer) (?:gemaild|benaderd|gecontacteerd)`, `laat (?:me|mij|ons) met rust`),

	// No person wrote it.
	says(showsMachine, 5,
		`(?:this|the following|it)(?: \w+){0,2} (?:is|was|has been)(?: being)? (?:an? )?(?:sent |generated |created |written |produced )?(?:auto\w*[ -]?(?:reply|response|responder|answer|message|mail|e-?mail|note|notice|acknowledge?ment)|autoreply|autoresponder|automatically|automatic|automated)`, `auto(?:matic|mated|mat)?[ -]?(?:reply|response|responder|answer|message|acknowledge?ment|note)(?:s)?`,
		`(?:sent|generated|answered|written) (?:out )?(?:automatically|by (?:a machine|an? auto\w*|my auto\w*))`, `autoresponder`, `automatic(?:ally)? (?:assistant|generated|sent|e-?mail|mail|confirmation)`, `automated (?:e-?mail|mail|message|assistant|notice|confirmation|system|inbox)`, `do not reply to this (?:\w+ )?(?:e-?mail|mail|message)`, `^(?:out[ -]of[ -](?:the[ -])?office|ooo|vacation (?:reply|responder|notice|message)|away message)(?::| -|$)`, `out[ -]of[ -]office (?:reply|message|notice|notification|auto\w*)`,
		`(?:automatische|autom) (?:antwort|abwesenheits\w*|nachricht|e-?mail|mail|rueckmeldung|eingangsbestaetigung)`, `automatisch (?:generiert|erstellt|erzeugt|versendet|verschickt)\w*`, `abwesenheits(?:notiz|nachricht|assistent|meldung|info\w*|benachrichtigung)`, `(?:reponse|message|mail|courriel) automatique`, `(?:respuesta|mensaje|correo|contestacion) automatic[ao]`,
		`(?:resposta|mensagem|e-?mail) automatic[ao]`, `(?:risposta|messaggio|e-?mail) automatic[ao]`, `(?:automatisch|automatische) (?:antwoord|bericht|mail|e-?mail|reactie|gegenereerd|verstuurd)`, `afwezigheids(?:bericht|melding|assistent)`, `auto-?(?:resposta|respuesta|risposta|reponse|antwort)`),
	says(showsMachine, 4, `(?:we have|weve|we) (?:successfully )?received your (?:message|e-?mail|mail|request|enquiry|inquiry|submission)[a-z ,]{0,30}(?:and|will|aim|shall|our)`, `your (?:request|ticket|enquiry|inquiry|message|case|e-?mail) (?:has been|was|is) (?:registered|received|logged|created|forwarded to our|assigned|queued)`,
		`(?:aim|try|endeavou?r|strive|do our best) to (?:answer|reply|respond|get back)(?: \w+){0,6} (?:within|in) (?:\w+ )+(?:hours?|days?|business|working)`, `ticket (?:number|no|id|#)`, `(?:answer|reply|respond|response|get back to you|reply to you)(?: \w+){0,5} within (?:the next )?(?:\d+|one|two|three|five|a few)(?:-\d+)? (?:\w+ )?(?:hours|days)`,
		`(?:ihre|deine|eure) (?:anfrage|nachricht|e-?mail|mail) (?:ist|wurde|haben wir)(?: \w+){0,4} (?:eingegangen|erhalten|registriert|weitergeleitet)`, `votre (?:message|demande|mail|e-?mail) a (?:bien )?ete (?:recue?|enregistree?|transmise?)`, `nous avons bien recu votre (?:message|demande|mail|e-?mail)`, `hemos recibido (?:su|tu) (?:mensaje|correo|solicitud)`, `recebemos (?:a |o )?(?:sua|seu|vossa|tua) (?:mensagem|e-?mail|pedido|solicitacao)`, `abbiamo ricevuto (?:la )?(?:tua|sua|vostra) (?:richiesta|e-?mail|mail)`, `wij? hebben (?:je|uw) (?:bericht|mail|e-?mail|aanvraag) (?:goed )?ontvangen`,
		`(?:your|ur) (?:e-?mail|mail|message)(?: \w+){0,3} (?:not being|not be|wont be|will not be|isnt being|is not being) (?:read|forwarded|checked|monitored|answered)`),
	says(showsAway, 4,
		`(?:im|i am|were|we are|she is|shes|he is|hes|is|are|be|being|currently|ill be|i will be|am)(?: \w+){0,2} (?:out of|not in|away from) (?:the |my |our )?(?:office|desk|studio|country|inbox|mailbox|keyboard)`, `^(?:\w+ )?(?:out of|away from) (?:the |my )?(?:office|desk)`,
		`(?:im|i am|were|we are|is|are|be|currently|ill be|i will be|am|gone|presently|now|away|off|^)(?: \w+){0,2} on (?:\w+ )?(?:vacation|holidays?|annual leave|pto|leave|sabbatical|maternity|paternity|parental leave|honeymoon|sick leave|medical leave|a retreat)`, `^on (?:\w+ )?(?:leave|holidays?|vacation|pto)`,
		`(?:limited|little|no|intermittent|sporadic|restricted|patchy|without|dont have|reduced|infrequent|poor|irregular|not have) (?:\w+ )?(?:access|internet|connection|reception|signal|wifi)(?: \w+)? (?:to )?(?:my )?(?:e-?mails?|mails?|inbox|messages|internet|network)?`,
		`(?:not|wont|will not|not be|wont be|without|rarely|isnt|is not|not being|arent|no longer|only|seldom)(?: \w+)? (?:checking|monitoring|reading|looking at|checked|monitored|read|answering)(?: (?:my|any|the|our|this|it))?(?: (?:e-?mails?|mails?|inbox|messages|mailbox|dms))?`,
		`(?:ill|i will|well|we will|shall|i shall|and will|be)(?: \w+){0,3} (?:reply|respond|answer|responded|answered|get back|getting back)(?: \w+){0,7} (?:when|once|after|upon|on|as soon as)(?: \w+){0,3} (?:return|returned|back|am back|im back|came back)`,
		`(?:ill|i will|well|we will|i) be (?:back|returning)(?: \w+){0,3} (?:in the office|at work|at my desk|in action|online|at the desk)`, `back (?:in the office|at work|at my desk|in action|online|in the studio)(?: again)? (?:on|from|by|in)`, `(?:ill|i will|i am|im|we are|were|well|we will|office is|studio is|is|are) (?:currently )?(?:be )?(?:unavailable|unreachable|offline|not reachable|not available|away|closed|shut)(?: \w+){0,2} (?:from|until|till|through|between|for|on|over|due|til|during|this week|today)`, `(?:will be|be|is|are|were|im) closed (?:from|until|till|between|for|over)`, `(?:i am|im|currently|were|we are) (?:currently )?(?:away|travelling|traveling)(?: \w+)? (?:with|from|on|until|till|and|for|at|in)(?: \w+){0,5} (?:access|e-?mail|mail|return|business)`,
		`(?:away|out|off|offline|unavailable) from (?:the )?(?:\d\S*|<month>|<day>)(?: \w+)? (?:to|until|till|through|-|and)`, `please (?:expect|allow)(?: \w+){0,3} (?:delays?|longer|slower|extra time)`, `(?:replies|reply|response|responses|answers?)(?: \w+){0,3} (?:delayed|take (?:a little |a bit |some )?longer|slower|slow)`, `(?:is|are) (?:standing in|deputi[sz]ing|covering|filling in) for (?:me|us)`, `(?:nobody|no one) (?:is )?in the office`, `inbox (?:will be|is)(?: \w+)? (?:read|checked|monitored)(?: \w+)? (?:again|from|on|once|until)`),
	says(showsAway, 3, `(?:in|for) (?:urgent|emergency|pressing) (?:cases?|matters?|issues?|enquiries|inquiries|requests)`, `(?:for|with|if) (?:anything|its|it is|your \w+ is|the matter is|something|something is)?(?: \w+)? ?(?:urgent|time-sensitive|pressing)`, `(?:in|during) my absence`, `(?:returning|back|return|returns) (?:on |in |from )?(?:the )?(?:\d{1,2}(?:st|nd|rd|th)?|<month>|<day>)`, `(?:away|offline|out|off|unavailable|closed)(?: \w+){0,2} (?:until|till|through|til)`, `thank you for your (?:e-?mail|mail|patience|message)`, `thanks for your (?:e-?mail|mail|patience|message)`, `bear(?:ing)? with (?:me|us)`, `as soon as (?:possible|i can) (?:after|when|upon|once)`),
	says(showsAway, 4, // German
		`(?:bin|sind|ist|befinde mich|befinden uns|befindet sich|bleibt|bleiben)(?: \w+){0,6} (?:im urlaub|in urlaub|im mutterschutz|in elternzeit|krankgeschrieben|ausser haus|nicht im (?:haus|buero)|nicht im dienst|auf dienstreise|abwesend|nicht erreichbar|auf reisen|in den ferien|geschlossen|nicht am (?:platz|arbeitsplatz|schreibtisch)|auf geschaeftsreise)`),
}
