package rapport_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

// composeSecrets are the settings that have no default: whoever starts the services gives them.
var composeSecrets = []string{
	"RAPPORT_DB_PASSWORD", "RAPPORT_API_DB_PASSWORD", "RAPPORT_WORKER_DB_PASSWORD", "TEMPORAL_DB_PASSWORD",
	"RAPPORT_CODEC_KEY", "RAPPORT_SECRET", "RAPPORT_PUBLIC_URL", "RAPPORT_MAIL_DOMAIN",
	"STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET_ACCOUNT", "STRIPE_WEBHOOK_SECRET_CONNECT",
	"STRIPE_PLATFORM_COUNTRY", "SENDGRID_API_KEY", "SENDGRID_EVENT_PUBLIC_KEY", "SENDGRID_INBOUND_PUBLIC_KEY",
}

// composeProject parses docker-compose.yml as Docker would, with every secret given but the named one.
func composeProject(t *testing.T, missing string) (*types.Project, error) {
	t.Helper()

	text, err := os.ReadFile("docker-compose.yml")
	require.NoError(t, err)

	environment := types.Mapping{}
	for _, name := range composeSecrets {
		if name != missing {
			environment[name] = "given-" + strings.ToLower(name)
		}
	}

	return loader.LoadWithContext(t.Context(), types.ConfigDetails{
		WorkingDir:  ".",
		ConfigFiles: []types.ConfigFile{{Filename: "docker-compose.yml", Content: text}},
		Environment: environment,
	})
}

func TestComposeHasTheServicesOfProductionAndNoOthers(t *testing.T) {
	t.Parallel()

	project, err := composeProject(t, "")
	require.NoError(t, err)

	names := project.ServiceNames()
	slices.Sort(names)
	require.Equal(t, []string{
		"migrate", "postgres", "serve", "temporal", "temporal-namespace", "temporal-postgres", "temporal-schema", "temporal-ui", "worker",
	}, names)
	for _, service := range project.Services {
		text := strings.Join(slices.Concat([]string{service.Image}, service.Command, service.Entrypoint), " ")
		for _, word := range []string{"sandbox", "devserver", "dev", "--demo"} {
			require.NotContains(t, strings.Fields(text), word, service.Name)
		}
	}
}

func TestComposeNeedsEverySecret(t *testing.T) {
	t.Parallel()

	for _, name := range composeSecrets {
		_, err := composeProject(t, name)
		require.ErrorContains(t, err, name)
	}
}

func TestComposeGivesNoServiceMoreThanItNeeds(t *testing.T) {
	t.Parallel()

	project, err := composeProject(t, "")
	require.NoError(t, err)
	for name, service := range project.Services {
		require.True(t, service.ReadOnly, "%s: read_only", name)
		require.Equal(t, []string{"ALL"}, service.CapDrop, name)
		require.Empty(t, service.CapAdd, name)
		require.Contains(t, service.SecurityOpt, "no-new-privileges:true", name)
		require.False(t, service.Privileged, name)

		user, _, _ := strings.Cut(service.User, ":")
		require.NotContains(t, []string{"", "0", "root"}, user, "%s: not root", name)

		_, tag, pinned := strings.Cut(service.Image, ":")
		require.True(t, pinned && tag != "latest", "%s: a pinned image", name)
	}

	owner, api, worker := "postgres://rapport:", "postgres://rapport_api:", "postgres://rapport_worker:"
	for name, url := range map[string]string{"migrate": owner, "serve": api, "worker": worker} {
		var urls []string
		for _, value := range project.Services[name].Environment {
			if value != nil && strings.HasPrefix(*value, "postgres://") {
				urls = append(urls, *value)
			}
		}
		require.Len(t, urls, 1, "%s knows one database role", name)
		require.True(t, strings.HasPrefix(urls[0], url), name)
	}
}

func TestComposePublishesOnLoopbackOnly(t *testing.T) {
	t.Parallel()

	project, err := composeProject(t, "")
	require.NoError(t, err)

	published := map[string]string{}
	for name, service := range project.Services {
		for _, port := range service.Ports {
			require.Equal(t, "127.0.0.1", port.HostIP, name)
			published[name] = port.Published
		}
	}
	require.Equal(t, map[string]string{"serve": "8080", "temporal-ui": "8233"}, published)
	require.True(t, project.Networks["data"].Internal)
	for _, name := range []string{"postgres", "temporal-postgres", "temporal"} {
		service := project.Services[name]
		require.Equal(t, []string{"data"}, service.NetworksByPriority(), name)
	}
}

func TestComposeWatchesWhatStaysUp(t *testing.T) {
	t.Parallel()

	project, err := composeProject(t, "")
	require.NoError(t, err)
	for name, service := range project.Services {
		once := strings.HasPrefix(service.Restart, "on-failure")
		require.Equal(t, once, service.HealthCheck == nil, name)
		for dependency, how := range service.DependsOn {
			want := types.ServiceConditionHealthy
			if strings.HasPrefix(project.Services[dependency].Restart, "on-failure") {
				want = types.ServiceConditionCompletedSuccessfully
			}
			require.Equal(t, want, how.Condition, "%s waits for %s", name, dependency)
		}
	}
}

func TestComposeMountsFilesThatExist(t *testing.T) {
	t.Parallel()

	project, err := composeProject(t, "")
	require.NoError(t, err)
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			if volume.Type == types.VolumeTypeBind {
				require.FileExists(t, mounted(volume), name)
				require.True(t, volume.ReadOnly, name)
			}
		}
	}
}

// mounted gives the file that a bind mount is there for.
func mounted(volume types.ServiceVolumeConfig) string {
	if strings.HasSuffix(volume.Source, "temporal/dynamicconfig") {
		return volume.Source + "/production.yaml"
	}

	return volume.Source
}

func TestImageHoldsTheProgramAlone(t *testing.T) {
	t.Parallel()

	text, err := os.ReadFile("Dockerfile")
	require.NoError(t, err)

	stages := strings.Split(string(text), "\nFROM ")
	last := stages[len(stages)-1]
	require.True(t, strings.HasPrefix(last, "scratch\n"))
	require.Contains(t, last, "\nUSER 65532:65532\n")
	require.NotContains(t, last, "sandbox")
	require.NotContains(t, last, "devserver")

	ignored, err := os.ReadFile(".dockerignore")
	require.NoError(t, err)
	for _, name := range []string{"sandbox", "temporal/devserver"} {
		require.Contains(t, strings.Split(string(ignored), "\n"), name)
	}
}

func TestSettingsAreDocumented(t *testing.T) {
	t.Parallel()

	page, err := os.ReadFile("docs/configuration.md")
	require.NoError(t, err)

	code, err := os.ReadFile("cmd/rapport/config.go")
	require.NoError(t, err)
	for _, match := range regexp.MustCompile(`"((?:[A-Z]+_)+[A-Z]+)"`).FindAllStringSubmatch(string(code), -1) {
		require.Contains(t, string(page), "`"+match[1]+"`")
	}

	project, err := composeProject(t, "")
	require.NoError(t, err)
	for _, name := range []string{"migrate", "serve", "worker"} {
		for setting := range project.Services[name].Environment {
			require.Contains(t, string(page), "`"+setting+"`", name)
		}
	}
	for _, secret := range composeSecrets {
		require.Contains(t, string(page), "`"+secret+"`")
	}
}
